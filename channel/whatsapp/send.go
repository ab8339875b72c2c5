package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Send implements channel.Channel. The upload of a file that Meta cannot fetch
// goes before the one attempt, and sends nothing by itself.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	m, err := s.compose(out.Content)
	if err != nil {
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	}
	if out.Expires != 0 && out.Expires <= heliograph.At(s.deps.Clock()) {
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	}
	for _, f := range m.files {
		if failed := s.uploaded(ctx, f, out.Attempt); failed != nil {
			return *failed
		}
	}
	body, err := json.Marshal(envelope(&m, out))
	if err != nil {
		return channel.Final(heliograph.ReasonBadRequest, "the message cannot be written as JSON")
	}
	req, err := s.request(http.MethodPost, s.sendPath(), s.settings.AccessToken)
	if err != nil {
		return channel.Final(heliograph.ReasonBadRequest, heliograph.AsError(err).Message)
	}
	req.Header.Set("Content-Type", "application/json")
	reply, failed := channel.Call(s.deps.HTTP, req.WithContext(ctx), body)
	switch {
	case failed != nil:
		failed.Message = s.safe(failed.Message)
		return *failed
	case reply.Status < 200 || reply.Status > 299:
		return s.refused(reply, out.Attempt)
	}
	return taken(&reply, out.Address)
}

// envelope is the document that is sent.
func envelope(m *message, out *channel.Outgoing) map[string]any {
	doc := m.whole
	if doc == nil {
		doc = map[string]any{"type": m.kind, m.kind: m.body}
	}
	doc["messaging_product"], doc["recipient_type"] = "whatsapp", "individual"
	if scoped.MatchString(out.Address) {
		doc["recipient"] = out.Address
	} else {
		doc["to"] = out.Address
	}
	doc["biz_opaque_callback_data"] = callbackData(out.Delivery, out.Attempt)
	return doc
}

// callbackData comes back with every status of the message.
func callbackData(id heliograph.NotificationID, attempt int) string {
	return id.String() + "/" + strconv.Itoa(attempt)
}

// echo reads what callbackData wrote.
func echo(said string) (id heliograph.NotificationID, attempt int) {
	text, number, _ := strings.Cut(said, "/")
	id, ok := heliograph.ParseNotificationID(text)
	if !ok || len(said) > maxCallbackData {
		return heliograph.NotificationID{}, 0
	}
	attempt, _ = strconv.Atoi(number)
	return id, max(attempt, 0)
}

// taken reads the answer to a message that Meta took.
func taken(reply *channel.Reply, address string) channel.Result {
	answer := object(reply.Body)
	r := channel.Accepted(reply.Status)
	for _, m := range answer.list("messages") {
		if id := m.text("id"); id != "" {
			r.External = append(r.External, id)
		}
		if m.text("message_status") == "held_for_quality_assessment" {
			r.Message = "WhatsApp holds the template's message until it has judged its quality"
		}
	}
	if len(r.External) == 0 {
		return channel.Result{
			Class: channel.ClassUnknown, HTTPStatus: reply.Status, Reason: heliograph.ReasonUnknownOutcome,
			Message: "WhatsApp's answer to the message cannot be read; it may have been sent",
		}
	}
	for _, c := range answer.list("contacts") {
		r.Aliases = addAliases(r.Aliases, address, c.text("wa_id"), c.text("user_id"), c.text("parent_user_id"))
	}
	return r
}

// addAliases adds those of the addresses to list that are neither in it nor
// own.
func addAliases(list []string, own string, said ...string) []string {
next:
	for _, raw := range said {
		a, ok := Normalise(raw)
		if !ok || a == own {
			continue
		}
		for _, had := range list {
			if had == a {
				continue next
			}
		}
		list = append(list, a)
	}
	return list
}
