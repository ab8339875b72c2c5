package smshttp

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Send implements channel.Channel.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	r, err := s.Render(out.Content)
	if err != nil {
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	}
	left, ok := s.validity(out.Expires)
	switch {
	case !ok:
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	case ctx.Err() != nil:
		return channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTimeout, Message: "its time was over before it was sent"}
	}
	values := s.values(out, &r)
	values["validity"] = left
	req, body, err := s.request(values)
	if err != nil {
		return channel.Final(heliograph.ReasonBadRequest, "the request cannot be written: its URL is not one once it is filled in")
	}
	rt := s.deps.Guarded
	if s.moved() {
		rt = s.deps.HTTP
	}
	reply, failed := channel.Call(rt, req.WithContext(ctx), body)
	if failed != nil {
		failed.Message = s.safe(failed.Message)
		return *failed
	}
	return s.outcome(&reply, values["id"])
}

// moved reports whether the operator points this channel elsewhere.
func (s *sender) moved() bool { return s.deps.BaseURL != "" && s.deps.BaseURL != unset }

// values are what the placeholders stand for.
func (s *sender) values(out *channel.Outgoing, r *channel.Rendering) map[string]string {
	encoding := s.encoding[sms.EncodingOf(r.Text)]
	return map[string]string{
		"to": out.Address, "toDigits": strings.TrimPrefix(out.Address, "+"), "from": s.settings.From, "text": r.Text,
		"id": reference(out.Delivery, out.Attempt), "callback": s.callback(out.Delivery, out.Attempt),
		"encoding": encoding, "parts": strconv.Itoa(r.Parts),
		"username": s.settings.Username, "password": s.settings.Password, "token": s.settings.Token,
	}
}

// defaultValidity is what networks keep a message for unless told otherwise.
const defaultValidity = 48 * 3600

// validity returns for how many seconds the message is worth anything; false
// when nothing is left of its time.
func (s *sender) validity(expires heliograph.Millis) (seconds string, ok bool) {
	left := int64(defaultValidity)
	if expires != 0 {
		left = min(left, int64(expires-heliograph.At(s.deps.Clock()))/1000)
	}
	return strconv.FormatInt(left, 10), left >= 1
}

// request fills the templates in.
func (s *sender) request(values map[string]string) (*http.Request, []byte, error) {
	base := s.settings.URL[:s.host]
	path := s.url.fill(values, escapeURL)
	if s.moved() {
		base = s.deps.BaseURL
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	target, err := url.Parse(base + path)
	if err != nil {
		return nil, nil, err
	}
	req := &http.Request{
		Method: s.method, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"User-Agent": {"Heliograph"}},
	}
	var body []byte
	if s.method != http.MethodGet {
		req.Header.Set("Content-Type", s.format.contentType)
		body = []byte(s.body.fill(values, s.format.escape))
	}
	for _, h := range s.headers {
		req.Header.Set(h.name, h.value.fill(values, escapeHeader))
	}
	return req, body, nil
}

// outcome says what the provider's answer means.
func (s *sender) outcome(reply *channel.Reply, reference string) channel.Result {
	said := s.success.has(reply.Status) && (s.successPattern == nil || s.successPattern.Match(reply.Body))
	if !said {
		return s.refused(reply)
	}
	id := reference
	switch {
	case s.settings.IDPath != "":
		doc, _ := parseJSON(reply.Body)
		id = ofJSON(doc).field(s.settings.IDPath)
	case s.idPattern != nil:
		id = ""
		if m := s.idPattern.FindSubmatch(reply.Body); m != nil {
			id = channel.Clean(string(m[1]))
		}
	}
	if id = short(id); id == "" {
		return channel.Result{
			Class: channel.ClassUnknown, HTTPStatus: reply.Status, Reason: heliograph.ReasonUnknownOutcome,
			Message: "the provider's answer has no id where the settings say; it may have been sent",
		}
	}
	return channel.Accepted(reply.Status, id)
}

// refused classifies an answer that is not the success of the settings. What no
// rule knows is what HTTP says of it; a success of HTTP that is none of the
// settings may have been sent.
func (s *sender) refused(reply *channel.Reply) channel.Result {
	r := channel.Classify(*reply, s.deps.Clock())
	if v, known := s.ruled(reply.Status, reply.Body); known {
		v.HTTPStatus, v.After = r.HTTPStatus, r.After
		r = v
	}
	if why := s.reason(reply.Body); why != "" {
		r.Message += ": " + why
	}
	return r
}

// reason is what the provider said, for a person.
func (s *sender) reason(body []byte) string {
	if s.settings.ErrorPath != "" {
		doc, _ := parseJSON(body)
		return s.safe(ofJSON(doc).field(s.settings.ErrorPath))
	}
	if strings.Contains(string(body), "<html") {
		return ""
	}
	return s.safe(string(body))
}
