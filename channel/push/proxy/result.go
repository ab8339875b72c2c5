package proxy

import (
	"encoding/json"
	"net/http"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

func (s *Service) result(reply channel.Reply, id heliograph.NotificationID) channel.Result {
	switch {
	case reply.Status >= 200 && reply.Status <= 299:
		return channel.Accepted(reply.Status, id.String())
	case reply.Status == http.StatusNotFound, reply.Status == http.StatusGone, refusal(reply) && unregistered(reply.Body):
		return push.Dead(reply, "", "the push proxy does not know the device any more")
	}
	r := channel.Classify(reply, s.clock())
	switch {
	case reply.Status == http.StatusUnauthorized:
		r.Message = "the push proxy refuses the credentials"
	case reply.Status == http.StatusForbidden:
		r = channel.Final(heliograph.ReasonDevice, "the push proxy says that this device cannot receive pushes")
		r.HTTPStatus = reply.Status
	case reply.Status == http.StatusTooManyRequests:
		r.Message = "the push proxy asks us to slow down"
	case reply.Status >= 500:
		r.Class, r.Reason, r.Message = channel.ClassRetry, heliograph.ReasonTimeout, "the push proxy failed"
	case r.Class == channel.ClassFinal:
		r.Message = "the push proxy refuses the push"
	}
	return r
}

func refusal(reply channel.Reply) bool { return reply.Status >= 400 && reply.Status <= 499 }

// unregistered reports whether an answer says in words that the device is gone.
func unregistered(body []byte) bool {
	var doc struct {
		Error string `json:"error"`
	}
	return json.Unmarshal(body, &doc) == nil && strings.EqualFold(doc.Error, "unregistered")
}
