package mailgun

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
)

// event is the webhook of one thing that happened to a mail; nil when nobody
// asked to be told of its kind. What it means for later mails is kept.
func (p *Provider) event(one *delivery, step simulator.Step, forged bool, agent, link string) *simulator.Webhook {
	kind := step.Status
	if kind == permanentFail {
		kind = "permanent_fail"
	}
	p.mu.Lock()
	on := p.domains[one.domain]
	if list := listOf(step); list != "" && on != nil {
		on.refuse(list, one.to)
	}
	targets := []string{}
	if on != nil {
		targets = on.webhooks[kind]
	}
	p.mu.Unlock()
	if len(targets) == 0 {
		return nil
	}
	data := p.eventData(one, step, agent, link)
	return &simulator.Webhook{Note: step.Status, Again: unless406, Send: func() (a simulator.WebhookAnswer, err error) {
		for _, target := range targets {
			if a, err = p.tell(one.key, target, data, forged); err != nil || a.Status < 200 || a.Status > 299 {
				return a, err
			}
		}
		return a, err
	}}
}

// unless406 says whether another try is made: 406 asks for none.
func unless406(a simulator.WebhookAnswer, err error) bool {
	return err != nil || a.Status != http.StatusNotAcceptable
}

func (p *Provider) tell(key, target string, data map[string]any, forged bool) (simulator.WebhookAnswer, error) {
	at, token, signature := p.sign(key, forged)
	raw, err := json.Marshal(map[string]any{
		"signature":  map[string]string{"timestamp": at, "token": token, "signature": signature},
		"event-data": data,
	})
	if err != nil {
		return simulator.WebhookAnswer{}, err
	}
	r, err := http.NewRequestWithContext(p.n.Context(), http.MethodPost, target, bytes.NewReader(raw))
	if err != nil {
		return simulator.WebhookAnswer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "mailgun/treq-22.2.0")
	return p.n.Do(r)
}

// sign proves a webhook. Every try has a token of its own.
func (p *Provider) sign(key string, forged bool) (at, token, signature string) {
	at = strconv.FormatInt(p.n.Now().Unix(), 10)
	token = (p.n.Hex("") + p.n.Hex(""))[:50]
	with := p.signingKey(key)
	if forged || p.n.Settings().Signature == "wrong" {
		with = "not the signing key"
	}
	return at, token, Signature(with, at, token)
}

// Signature is what proves a webhook with a signing key.
func Signature(key, timestamp, token string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(timestamp + token))
	return hex.EncodeToString(mac.Sum(nil))
}

func (p *Provider) eventData(one *delivery, step simulator.Step, agent, link string) map[string]any {
	_, host, _ := strings.Cut(one.to, "@")
	out := map[string]any{
		"id": p.n.Hex("")[:22], "event": step.Status, "timestamp": float64(p.n.Now().UnixMicro()) / 1e6, "log-level": "info",
		"recipient": one.to, "recipient-domain": host, "tags": orEmpty(one.tags), "campaigns": []any{}, "user-variables": one.user,
		"flags":   map[string]bool{"is-routed": false, "is-authenticated": true, "is-system-test": false, "is-test-mode": false},
		"message": map[string]any{"headers": one.headers, "attachments": []any{}, "size": one.size},
	}
	switch step.Status {
	case accepted:
		out["envelope"] = one.wrapped("")
		out["method"] = "HTTP"
	case delivered:
		out["envelope"] = one.wrapped("smtp")
		out["delivery-status"] = map[string]any{"code": 250, "message": "OK", "description": "", "attempt-no": 1,
			"session-seconds": 0.2, "mx-host": "mx." + host, "tls": true, "certificate-verified": true, "utf8": true}
	case temporaryFail, permanentFail:
		one.failed(out, step, host)
	case opened, clicked, unsubscribed:
		visited(out, step, agent, link)
	}
	return out
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func (one *delivery) wrapped(transport string) map[string]string {
	out := map[string]string{"sender": one.envelope, "targets": one.to}
	if transport != "" {
		out["transport"], out["sending-ip"] = transport, "192.0.2.10"
	}
	return out
}

func (one *delivery) failed(out map[string]any, step simulator.Step, host string) {
	reason, enhanced, words := failure(step.Code)
	status := map[string]any{"code": step.Code, "enhanced-code": enhanced, "message": words, "description": "",
		"attempt-no": 1, "session-seconds": 0.1, "mx-host": "mx." + host, "tls": true}
	severity := "permanent"
	if step.Status == temporaryFail {
		severity = "temporary"
		status["retry-seconds"] = 600
	}
	if strings.HasPrefix(reason, "suppress-") {
		delete(status, "mx-host")
		delete(status, "enhanced-code")
	}
	out["event"], out["severity"], out["reason"], out["log-level"] = "failed", severity, reason, "error"
	out["envelope"], out["delivery-status"] = one.wrapped("smtp"), status
}

// visited says who opened, clicked or unsubscribed.
func visited(out map[string]any, step simulator.Step, agent, link string) {
	if agent == "" {
		agent = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0"
		if step.Code == byBot {
			agent = "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)"
		}
	}
	client := map[string]string{"client-name": "Chrome", "client-os": "Linux", "client-type": "browser",
		"device-type": "desktop", "user-agent": agent, "bot": ""}
	switch lower := strings.ToLower(agent); {
	case strings.Contains(lower, "googleimageproxy"):
		client["bot"], client["client-name"], client["client-type"] = "gmail", "Firefox", "browser"
	case strings.Contains(lower, "bot"):
		client["bot"], client["client-type"] = "generic", "robot"
	}
	out["client-info"], out["ip"] = client, "198.51.100.7"
	out["geolocation"] = map[string]string{"country": "NL", "region": "NH", "city": "Amsterdam"}
	if step.Status == clicked {
		if link == "" {
			link = "https://example.com/"
		}
		out["url"] = link
	}
}

// happened notes what a person did with a mail and tells of it.
func (p *Provider) happened(sid string, step simulator.Step, agent, link string) (told *mailbox.Told, known bool) {
	p.mu.Lock()
	one := p.sent[sid]
	p.mu.Unlock()
	if one == nil {
		return nil, false
	}
	p.n.Change(one.message, func(v *simulator.View) { v.Status = step.Status })
	hook := p.event(one, step, one.forged, agent, link)
	if hook == nil || !p.n.Settings().Callbacks {
		return nil, true
	}
	state := p.n.Tell(one.message, *hook)
	return &mailbox.Told{Target: fmt.Sprintf("webhook of %s, %s", one.domain, step.Status),
		Taken: state.Taken, Status: state.Status, Error: state.Error}, true
}

// Complain implements mailbox.Carrier.
func (c carrier) Complain(_ context.Context, m mailbox.Mail) *mailbox.Told {
	told, _ := c.p.happened(m.Reference, simulator.Step{Status: complained}, "", "")
	return told
}
