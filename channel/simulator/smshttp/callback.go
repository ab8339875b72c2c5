package smshttp

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// receipt tells of a status.
func (p *Provider) receipt(account, target string, v simulator.View, reference string, to simulator.Step, forged bool) *simulator.Webhook {
	fields := [][2]string{
		{"type", "receipt"}, {"id", v.SID}, {"to", v.To}, {"from", v.From}, {"status", to.Status},
		{"timestamp", p.n.Now().UTC().Format(time.RFC3339)}, {"reference", reference},
	}
	if to.Code != 0 {
		fields = append(fields, [2]string{"error_code", strconv.Itoa(to.Code)}, [2]string{"error", words(to.Code)})
	}
	return p.callback(account, target, to.Status, fields, nil, forged)
}

func words(code int) string {
	switch code {
	case 303:
		return "the handset is unreachable"
	case 305:
		return "unknown subscriber"
	case 307:
		return "filtered by the carrier"
	case 309:
		return "not delivered in time"
	case 310:
		return "the recipient opted out"
	}
	return "not delivered"
}

// callback is one telling, in the format and with the proof that the settings
// say. The signature is over the body.
func (p *Provider) callback(account, target, note string, fields [][2]string, media []string, forged bool) *simulator.Webhook {
	own := p.own.Get()
	kind, body := "application/json", asJSON(fields, media)
	if own.Format == "form" {
		kind, body = "application/x-www-form-urlencoded", asForm(fields, media)
	}
	p.mu.Lock()
	secret := account
	if a := p.accounts[account]; a != nil && a.Secret != "" {
		secret = a.Secret
	}
	p.mu.Unlock()
	if forged || p.n.Settings().Signature == "wrong" {
		secret = "not the secret"
	}
	return &simulator.Webhook{Note: note, Send: func() (simulator.WebhookAnswer, error) {
		r, err := http.NewRequestWithContext(p.n.Context(), http.MethodPost, target, strings.NewReader(body))
		if err != nil {
			return simulator.WebhookAnswer{}, err
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("User-Agent", "Aggregator/1.0")
		if own.Proof != ProofHMAC {
			r.Header.Set("X-Webhook-Secret", secret)
		}
		if own.Proof != ProofSecret {
			mac := hmac.New(sha256.New, []byte(secret))
			mac.Write([]byte(body))
			r.Header.Set("X-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		}
		return p.n.Do(r)
	}}
}

func asJSON(fields [][2]string, media []string) string {
	out := map[string]any{}
	for _, f := range fields {
		if f[1] != "" {
			out[f[0]] = f[1]
		}
	}
	if len(media) > 0 {
		out["media_urls"] = media
	}
	raw, _ := json.Marshal(out)
	return string(raw)
}

func asForm(fields [][2]string, media []string) string {
	out := url.Values{}
	for _, f := range fields {
		if f[1] != "" {
			out.Set(f[0], f[1])
		}
	}
	if len(media) > 0 {
		out["media_urls"] = media
	}
	return out.Encode()
}

// Answers implements simulator.Answerer.
func (p *Provider) Answers(sender string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.senders[sender]
	return ok
}

// Answer implements simulator.Answerer. The aggregator takes no text for a
// keyword: STOP is the sender's own to honour.
func (p *Provider) Answer(_ context.Context, t simulator.Text) (simulator.Answered, *simulator.Problem) {
	p.mu.Lock()
	token := p.senders[t.To]
	account := p.accounts[token]
	p.mu.Unlock()
	if account == nil || account.InboundURL == "" {
		return simulator.Answered{}, &simulator.Problem{Status: http.StatusConflict, Code: "no_webhook", Field: "to", Message: fmt.Sprintf(
			`%s has no webhook for inbound messages; POST /sim/smshttp/accounts {"token": "…", "inboundUrl": "https://…"}`, t.To)}
	}
	v := simulator.View{
		SID: p.n.Hex("in_"), AccountSID: token, Direction: simulator.Inbound, Person: t.Person,
		From: t.Person, To: t.To, Body: t.Text, Media: t.Media, Status: "received",
	}
	v.Encoding, v.Parts = p.n.Split(t.Text)
	out := simulator.Answered{Message: p.n.Add(v)}
	media := []string{}
	for _, m := range t.Media {
		media = append(media, m.URL)
	}
	hook := p.callback(token, account.InboundURL, "inbound", [][2]string{
		{"type", "inbound"}, {"id", v.SID}, {"from", t.Person}, {"to", t.To}, {"text", t.Text},
		{"timestamp", p.n.Now().UTC().Format(time.RFC3339)},
	}, media, false)
	out.Webhook = p.n.Tell(out.Message, *hook)
	out.Webhook.URL = account.InboundURL
	return out, nil
}
