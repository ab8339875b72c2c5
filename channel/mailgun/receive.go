package mailgun

import (
	"mime"
	"net/http"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Receive implements channel.Receiver. Event webhooks are JSON, forwarded mails
// are forms: what a request is, its content type tells, so that it does not
// matter which of the integration's URLs Mailgun was given.
func (s *sender) Receive(req *channel.Request) (*channel.Received, error) {
	if req.Method != http.MethodPost {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "Mailgun sends POST")
	}
	kind, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		return s.event(req.Body)
	case err == nil && kind == "application/x-www-form-urlencoded":
		return s.route(urlForm(req.Body))
	case err == nil && strings.HasPrefix(kind, "multipart/"):
		return s.route(multipartForm(req.Body, params["boundary"]))
	}
	return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "neither an event nor a mail")
}

// useless answers what is authentic and tells nothing: Mailgun is not to send it
// again, as it would after any other refusal.
func useless() *channel.Received {
	return &channel.Received{Answer: channel.Answer{Status: http.StatusNotAcceptable}}
}
