package suncov1

import (
	"context"
	"net/http"
	"strings"
)

// absentRoutes are the parts of the v1.1 API that this product leaves out on
// purpose. Their callers are told so, rather than that they mistyped a path.
func (a *API) absentRoutes() []route {
	var all []route
	for _, r := range []struct {
		form    form
		methods string
		paths   string
	}{
		{appLevel, "GET", "/stripe/account"},
		{appLevel, "GET", "/appusers/{userId}/stripe/customer"},
		{appLevel, "POST", "/appusers/{userId}/stripe/transaction"},
		{appLevel, "GET", "/appusers/{userId}/integrations/viber/qrcode /appusers/{userId}/integrations/wechat/qrcode"},
		{global, "GET POST", "/whatsapp/deployments"},
		{global, "GET DELETE", "/whatsapp/deployments/{deploymentId}"},
		{global, "POST", "/whatsapp/deployments/{deploymentId}/activate /whatsapp/deployments/{deploymentId}/code/confirm"},
	} {
		for method := range strings.FieldsSeq(r.methods) {
			for path := range strings.FieldsSeq(r.paths) {
				all = append(all, route{method: method, path: path, form: r.form, scopes: forServers, handle: notImplemented, op: op{hidden: true}})
			}
		}
	}
	return all
}

func notImplemented(_ context.Context, c *call) (any, error) {
	writeStatus(c.w, http.StatusNotImplemented, "not_implemented", "this part of the v1.1 API is not offered here")
	return nil, errAnswered
}
