package twilio

import (
	"context"
	"net/url"
	"strconv"

	"heliograph"
	"heliograph/channel"
)

// Send implements channel.Channel.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	r, err := s.Render(out.Content)
	if err != nil {
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	}
	if s.settings.PhoneNumberSID != "" && s.number == "" {
		return channel.Result{
			Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized,
			Message: "the number of phoneNumberSid is not known: verify the integration",
		}
	}
	body, ok := s.form(out, &r)
	if !ok {
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	}
	reply, failed := channel.Call(s.deps.HTTP, s.message.WithContext(ctx), body)
	if failed != nil {
		failed.Message = s.safe(failed.Message)
		return *failed
	}
	a, valid := parseAnswer(reply.Body)
	switch {
	case reply.Status < 200 || reply.Status > 299:
		return s.refused(reply, a)
	case !valid || a.sid == "":
		return channel.Result{
			Class: channel.ClassUnknown, HTTPStatus: reply.Status, Reason: heliograph.ReasonUnknownOutcome,
			Message: "Twilio's answer to the message cannot be read; it may have been sent",
		}
	case a.status == "failed" || a.status == "undelivered":
		failed := s.failure(a.errorCode)
		failed.HTTPStatus, failed.External = reply.Status, []string{a.sid}
		return failed
	}
	res := channel.Accepted(reply.Status, a.sid)
	res.Parts, res.Price = a.segments, a.cost()
	return res
}

// form writes the request's body; false when the message has expired.
func (s *sender) form(out *channel.Outgoing, r *channel.Rendering) ([]byte, bool) {
	b := make([]byte, 0, 160+len(s.fixed)+len(s.callback)+len(r.Text)+len(r.Text)/2)
	b = append(b, "To="...)
	b = appendEscaped(b, out.Address)
	b = append(b, s.fixed...)
	if r.Text != "" {
		b = append(b, "&Body="...)
		b = appendEscaped(b, r.Text)
	}
	for _, m := range r.Media {
		b = append(b, "&MediaUrl="...)
		b = appendEscaped(b, m)
	}
	if s.callback != "" {
		b = append(b, s.callback...)
		b = append(b, out.Delivery.String()...)
		b = append(b, "%26a%3D"...) // &a=
		b = strconv.AppendInt(b, int64(out.Attempt), 10)
	}
	if out.Attempt > 1 {
		b = append(b, "&Attempt="...)
		b = strconv.AppendInt(b, int64(out.Attempt), 10)
	}
	seconds, ok := s.validity(out.Expires)
	if seconds > 0 {
		b = append(b, "&ValidityPeriod="...)
		b = strconv.AppendInt(b, seconds, 10)
	}
	return b, ok
}

// validity returns for how many seconds Twilio may try; 0 leaves it its own
// choice. It is false when nothing is left of the message's time.
func (s *sender) validity(expires heliograph.Millis) (seconds int64, ok bool) {
	seconds = int64(s.settings.ValidityPeriod)
	if expires == 0 {
		return seconds, true
	}
	left := int64(expires-heliograph.At(s.deps.Clock())) / 1000
	if left < 1 {
		return 0, false
	}
	if seconds == 0 {
		seconds = maxValidity
	}
	return min(seconds, left), true
}

// fixedFields are the same in every message.
func (s *sender) fixedFields() string {
	var b string
	add := func(name, value string) {
		if value != "" {
			b += "&" + name + "=" + url.QueryEscape(value)
		}
	}
	if s.settings.PhoneNumberSID != "" {
		add("From", s.number)
	}
	add("MessagingServiceSid", s.settings.MessagingServiceSID)
	if s.settings.ShortenURLs {
		add("ShortenUrls", "true")
	}
	return b
}
