package apns

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// serve plays everything below /3/.
func (p *Provider) serve(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor < 2 {
		http.Error(w, "APNs speaks HTTP/2 only", http.StatusHTTPVersionNotSupported)
		return
	}
	pushID := r.Header.Get("apns-id")
	if pushID == "" {
		pushID = strings.ToUpper(p.makeUUID())
	}
	w.Header().Set("apns-id", pushID)
	token, ok := strings.CutPrefix(r.URL.Path, "/3/device/")
	switch {
	case r.Method != http.MethodPost:
		p.refuse("MethodNotAllowed").write(w)
	case r.URL.Path == "/3/device" || ok && token == "":
		p.refuse("MissingDeviceToken").write(w)
	case !ok || strings.Contains(token, "/"):
		p.refuse("BadPath").write(w)
	default:
		p.send(w, r, token)
	}
}

func (p *Provider) send(w http.ResponseWriter, r *http.Request, token string) {
	c, e := p.admit(r.Header.Get("authorization"))
	if e != nil {
		e.write(w)
		return
	}
	n, reason := readNotification(w, r)
	fate := p.n.Decide(c.teamID, n.topic, token)
	p.n.Wait(r.Context(), &fate)
	if fate.Answer == simulator.AnswerError {
		p.fated(fate.Own).write(w)
		return
	}
	if reason == "" {
		reason = p.check(c, n, token)
	}
	if reason != "" && fate.Answer == "" {
		p.about(reason, token).write(w)
		return
	}
	if reason == "" && fate.Takes() {
		p.devices.Deliver(n.topic, n.push(token))
	}
	if !devices.Answer(p.n, w, r, &fate, func(status int) { p.refuse(reasonOf(status)).write(w) }) {
		w.WriteHeader(http.StatusOK)
	}
}

func reasonOf(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	}
	return "InternalServerError"
}

// fated is a refusal that a rule or a magic recipient asks for.
func (p *Provider) fated(reason string) *refusal {
	if reason == longAgo {
		return byReason("Unregistered", p.n.Now().AddDate(-1, 0, 0))
	}
	return p.refuse(reason)
}

// check refuses a notification that is well formed but must not go to the token.
func (p *Provider) check(c caller, n *notification, token string) (reason string) {
	if len(c.topics) > 0 && !slices.Contains(c.topics, n.topic) {
		return "TopicDisallowed"
	}
	if !IsToken(token) {
		return "BadDeviceToken"
	}
	d, known := p.devices.Find(token)
	switch {
	case !known && p.own.Get().Strict:
		return "BadDeviceToken"
	case known && d.App != "" && d.App != n.topic:
		return "DeviceTokenNotForTopic"
	case known && d.Gone != nil:
		return "Unregistered"
	}
	return ""
}

// about is a refusal with what is known of the token.
func (p *Provider) about(reason, token string) *refusal {
	e := p.refuse(reason)
	if d, ok := p.devices.Find(token); ok && d.Gone != nil {
		e.since = *d.Gone
	}
	return e
}

func (p *Provider) makeUUID() string {
	h := p.n.Hex("")
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// tooLarge says whether a body was beyond its bound.
func tooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}

// expiry is when a notification is no longer to be shown.
func expiry(seconds int64) *time.Time {
	if seconds <= 0 {
		return nil
	}
	at := time.Unix(seconds, 0).UTC()
	return &at
}
