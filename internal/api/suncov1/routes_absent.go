package suncov1

import (
	"context"
	"net/http"
	"strings"
)

// What to use instead of what is left out.
const (
	noStripe  = "payments are not offered here: send a link action that leads to your payment page"
	noQRCode  = "this build has no channel for it, so there is nothing to scan; for channels that there are, GET …/appusers/{userId}/linkrequest gives codes and links"
	noOnPrem  = "WhatsApp is used through Meta's Cloud API, which needs no deployment: create an integration of type whatsapp instead"
	qrcodes   = "/appusers/{userId}/integrations/viber/qrcode /appusers/{userId}/integrations/wechat/qrcode"
	activates = "/whatsapp/deployments/{deploymentId}/activate /whatsapp/deployments/{deploymentId}/code/confirm"
)

// absentRoutes are the parts of the v1.1 API that this product leaves out on
// purpose. Their callers are told so, and what to do instead, rather than that
// they mistyped a path.
func (a *API) absentRoutes() []route {
	var all []route
	for _, r := range []struct {
		form    form
		methods string
		paths   string
		instead string
	}{
		{appLevel, "GET", "/stripe/account", noStripe},
		{appLevel, "GET POST", "/appusers/{userId}/stripe/customer", noStripe},
		{appLevel, "POST", "/appusers/{userId}/stripe/transaction", noStripe},
		{appLevel, "GET", qrcodes, noQRCode},
		{global, "GET POST", "/whatsapp/deployments", noOnPrem},
		{global, "GET DELETE", "/whatsapp/deployments/{deploymentId}", noOnPrem},
		{global, "POST", activates, noOnPrem},
	} {
		for method := range strings.FieldsSeq(r.methods) {
			for path := range strings.FieldsSeq(r.paths) {
				all = append(all, route{method: method, path: path, form: r.form, scopes: forServers, handle: notImplemented(r.instead), op: op{hidden: true}})
			}
		}
	}
	return all
}

func notImplemented(instead string) handler {
	return func(_ context.Context, c *call) (any, error) {
		writeStatus(c.w, http.StatusNotImplemented, "not_implemented", instead)
		return nil, errAnswered
	}
}
