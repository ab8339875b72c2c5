package sdk

import (
	"context"
	"net/http"

	"heliograph"
)

// handler answers a call. What it returns is the answer's body; nil is {}.
type handler func(ctx context.Context, c *call) (any, error)

// route is one call.
type route struct {
	method string
	path   string // after the integration
	status int    // of success; 0 means 200
	// session says that a session is needed.
	session bool
	handle  handler
	// live, instead of handle, serves a live connection.
	live func(w http.ResponseWriter, r *http.Request, in heliograph.IntegrationID)
}

func (r *route) name() string { return r.method + " " + Prefix + "{integrationId}/" + r.path }

func (a *API) routes() []route {
	list := []route{
		{method: http.MethodGet, path: "config", handle: a.getConfig},
		{method: http.MethodPost, path: "init", handle: a.postInit},
		{method: http.MethodPost, path: "start", handle: a.postStart},
		{method: http.MethodPost, path: "login", handle: a.postLogin},
		{method: http.MethodPost, path: "logout", session: true, handle: a.postLogout},
		{method: http.MethodGet, path: "conversation", session: true, handle: a.getConversation},
		{method: http.MethodGet, path: "messages", session: true, handle: a.getMessages},
		{method: http.MethodPost, path: "messages", session: true, status: http.StatusCreated, handle: a.postMessage},
		{method: http.MethodPost, path: "files", session: true, status: http.StatusCreated, handle: a.postFile},
		{method: http.MethodPost, path: "activity", session: true, handle: a.postActivity},
		{method: http.MethodPost, path: "postback", session: true, handle: a.postPostback},
		{method: http.MethodPut, path: "user", session: true, handle: a.putUser},
		{method: http.MethodPut, path: "consent", session: true, handle: a.putConsent},
		{method: http.MethodPut, path: "push", session: true, handle: a.putPush},
		{method: http.MethodDelete, path: "push", session: true, handle: a.deletePush},
		{method: http.MethodPost, path: "push-events", handle: a.postPushEvent},
		{method: http.MethodPost, path: "seen", session: true, handle: a.postSeen},
	}
	if a.Live != nil {
		list = append(list,
			route{method: http.MethodGet, path: "live", live: a.Live.WebSocket},
			route{method: http.MethodGet, path: "events", live: a.Live.Events},
		)
	}
	return list
}
