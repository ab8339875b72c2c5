package pushproxy

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

const maxBody = 64 << 10

// answered is what a request is answered with.
type answered struct {
	status int
	word   string // of {"error": …}; "": what the status says
}

func (a answered) write(w http.ResponseWriter) {
	if a.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="push"`)
	}
	if a.status < 300 {
		simulator.WriteJSON(w, a.status, struct{}{})
		return
	}
	word := a.word
	if word == "" {
		word = http.StatusText(a.status)
	}
	simulator.WriteJSON(w, a.status, map[string]string{"error": word})
}

// send plays a push to the brand's service.
func (p *Provider) send(w http.ResponseWriter, r *http.Request) {
	seen := Request{At: p.n.Now().UTC(), App: r.PathValue("app"), Header: visible(r.Header), Problems: []string{}}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		seen.Certificate = r.TLS.PeerCertificates[0].Subject.CommonName
		if seen.Certificate == "" {
			seen.Certificate = "nobody in particular"
		}
	}
	settings := p.own.Get()
	answer := func(a answered) {
		seen.Status = a.status
		p.remember(seen)
		a.write(w)
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		answer(answered{status: http.StatusRequestEntityTooLarge})
		return
	}
	if why := admit(r, &settings, seen.Certificate, raw, p.n.Now()); why != "" {
		seen.Problems = append(seen.Problems, why)
		answer(answered{status: http.StatusUnauthorized})
		return
	}
	read := reader{problems: seen.Problems}
	body, push, err := read.read(raw)
	if err != nil {
		read.fault("%s", err)
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		read.fault("there is no Idempotency-Key")
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/json" {
		read.fault("Content-Type is not application/json")
	}
	seen.Body, seen.Problems = body, read.problems
	fate := p.n.Decide(seen.App, seen.App, push.Token)
	p.n.Wait(r.Context(), &fate)
	if a, ok := p.ends(&fate, &settings, push.Token, len(seen.Problems) > 0); ok {
		answer(a)
		return
	}
	if fate.Takes() {
		if seen.Repeated = p.repeated(key); !seen.Repeated {
			p.devices.Deliver(seen.App, push)
		}
	}
	seen.Status = statusOf(&fate)
	p.remember(seen)
	if !devices.Answer(p.n, w, r, &fate, func(status int) { answered{status: status}.write(w) }) {
		answered{status: http.StatusOK}.write(w)
	}
}

// ends says whether a push gets no further than this, and how it is answered.
func (p *Provider) ends(fate *simulator.Outcome, c *Settings, token string, wrong bool) (answered, bool) {
	if c.Answer != 0 && (c.Answer < 200 || c.Answer > 299) {
		return answered{status: c.Answer}, true
	}
	if fate.Answer == simulator.AnswerError {
		if status, err := strconv.Atoi(fate.Own); err == nil {
			return answered{status: status}, true
		}
		return answered{http.StatusBadRequest, fate.Own}, true
	}
	if wrong {
		return answered{http.StatusBadRequest, "the push is not well formed"}, true
	}
	if d, ok := p.devices.Find(token); ok && d.Gone != nil {
		return answered{http.StatusGone, "unregistered"}, true
	}
	return answered{}, false
}

// admit checks who calls, and returns why it is refused.
func admit(r *http.Request, c *Settings, certificate string, body []byte, now time.Time) (why string) {
	if c.Mutual && certificate == "" {
		return "the caller shows no certificate"
	}
	if c.User != "" {
		user, password, ok := r.BasicAuth()
		if !ok || subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(c.User+":"+c.Password)) != 1 {
			return "the user or the password is wrong"
		}
	}
	if c.Secret != "" && !signed(r.Header.Get("X-Signature"), c.Secret, body, now) {
		return "the signature is wrong"
	}
	return ""
}

// signed checks "t=unix,v1=hex", the HMAC over the time, a dot and the body.
func signed(header, secret string, body []byte, now time.Time) bool {
	given := map[string]string{}
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		given[name] = value
	}
	unix, err := strconv.ParseInt(given["t"], 10, 64)
	if err != nil || now.Sub(time.Unix(unix, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(given["t"] + "."))
	mac.Write(body)
	sum, err := hex.DecodeString(given["v1"])
	return err == nil && hmac.Equal(sum, mac.Sum(nil))
}

// visible is a header without the password that it has.
func visible(h http.Header) http.Header {
	out := h.Clone()
	if out.Get("Authorization") != "" {
		kind, _, _ := strings.Cut(out.Get("Authorization"), " ")
		out.Set("Authorization", kind+" …")
	}
	return out
}

func statusOf(fate *simulator.Outcome) int {
	switch fate.Answer {
	case simulator.AnswerThrottle:
		return http.StatusTooManyRequests
	case simulator.AnswerBroken:
		return http.StatusInternalServerError
	case simulator.AnswerBusy:
		return http.StatusServiceUnavailable
	case "", simulator.AnswerMalformed:
		return http.StatusOK
	}
	return 0
}
