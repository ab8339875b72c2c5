package twilio

import (
	"net/http"

	"heliograph"
	"heliograph/channel"
)

// Receive implements channel.Receiver. Twilio is given two URLs, /status and
// /inbound; what a request is, its own status word tells, so that an account
// whose two URLs were mixed up works all the same.
func (s *sender) Receive(req *channel.Request) (*channel.Received, error) {
	form, err := s.authenticate(req)
	switch {
	case err != nil:
		return nil, err
	case req.Method != http.MethodPost:
		return nil, invalid("Twilio must be told to call this URL by POST")
	}
	switch req.Path {
	case "/status", "/inbound", "/", "":
	default:
		return nil, invalid("there is nothing here; the paths are /status and /inbound")
	}
	switch form.first("MessageStatus", "SmsStatus") {
	case "received", "receiving":
		return s.inbound(form)
	case "":
		if req.Path == "/status" {
			return nil, invalid("MessageStatus is missing")
		}
		return s.inbound(form)
	}
	return s.status(req, form)
}

func invalid(message string) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "%s", message)
}

// messageSID finds the message's id under each of its names.
func messageSID(form fields) (string, error) {
	sid := form.first("MessageSid", "SmsMessageSid", "SmsSid")
	if sid == "" || len(sid) > 64 {
		return "", invalid("MessageSid is missing")
	}
	return channel.Clean(sid), nil
}
