package mailgun

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// Send implements channel.Channel.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	if out.Expires != 0 && out.Expires <= heliograph.At(s.deps.Clock()) {
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	}
	raw, err := mime.Build(s.mail(out))
	switch {
	case err != nil:
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	case len(raw) > maxMail:
		return channel.Final(heliograph.ReasonContentTooLong, "the mail is larger than 25 MB")
	}
	body, contentType, err := form(out, raw)
	if err != nil {
		return channel.Final(heliograph.ReasonUncategorized, "the request cannot be written")
	}
	target := *s.target
	target.Path += ".mime"
	reply, failed := channel.Call(s.deps.HTTP, s.request(ctx, &target, contentType), body)
	if failed != nil {
		failed.Message = s.safe(failed.Message)
		return *failed
	}
	if reply.Status < 200 || reply.Status > 299 {
		return s.refused(reply)
	}
	var answer struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(reply.Body, &answer) != nil || bareID(answer.ID) == "" {
		return channel.Result{
			Class: channel.ClassUnknown, HTTPStatus: reply.Status, Reason: heliograph.ReasonUnknownOutcome,
			Message: "Mailgun's answer to the mail cannot be read; it may have been sent",
		}
	}
	return channel.Accepted(reply.Status, bareID(answer.ID))
}

// mail is what to send.
func (s *sender) mail(out *channel.Outgoing) *mime.Outgoing {
	return &mime.Outgoing{
		Content: out.Content, About: out.About, Category: out.Category, Date: s.deps.Clock(),
		From: s.settings.FromAddress, To: out.Address,
		ReplyTo:         s.marks.Address(mime.ReplyAddress, out.Delivery, s.settings.Domain),
		MessageID:       s.marks.MessageID(out.Delivery, out.Attempt, s.settings.Domain),
		UnsubscribeMail: s.marks.Address(mime.UnsubscribeAddress, out.Delivery, s.settings.Domain),
		HideUnsubscribe: s.settings.HideUnsubscribeLink,
	}
}

// form writes the request's body: the mail, and beside it what Mailgun echoes.
func form(out *channel.Outgoing, raw []byte) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	category := out.Category
	if category == "" {
		category = heliograph.Transactional
	}
	for _, field := range [][2]string{
		{"to", out.Address},
		{"o:tag", string(category)},
		{"v:delivery_id", out.Delivery.String()},
		{"v:attempt", strconv.Itoa(out.Attempt)},
	} {
		if err := w.WriteField(field[0], field[1]); err != nil {
			return nil, "", err
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="message"; filename="message.mime"`},
		"Content-Type":        {"message/rfc822"},
	})
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(raw); err != nil {
		return nil, "", err
	}
	err = w.Close()
	return b.Bytes(), w.FormDataContentType(), err
}

// bareID is an id as events have it: without angle brackets.
func bareID(id string) string {
	return channel.Clean(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">"))
}

// refused classifies an answer that is not a success.
func (s *sender) refused(reply channel.Reply) channel.Result {
	r := channel.Classify(reply, s.deps.Clock())
	switch reply.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		r.Message = "Mailgun refuses the key"
	case http.StatusPaymentRequired:
		r.Class, r.Reason, r.Message = channel.ClassPause, heliograph.ReasonUnauthorized, "the account may not send"
	case http.StatusNotFound:
		r.Class, r.Reason, r.Message = channel.ClassPause, heliograph.ReasonUnauthorized, "Mailgun does not know the domain in this region"
	case http.StatusRequestEntityTooLarge:
		r.Reason = heliograph.ReasonContentTooLong
	}
	var answer struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(reply.Body, &answer) == nil && answer.Message != "" {
		r.Message = s.safe(answer.Message)
	}
	return r
}
