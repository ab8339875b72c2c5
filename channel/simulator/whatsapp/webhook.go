package whatsapp

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// agent is how Meta's servers call themselves.
const agent = "facebookexternalua"

// sign returns X-Hub-Signature-256 of a body.
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// escaped is JSON as Meta writes it: ASCII alone, and solidi with an escape.
func escaped(v any) []byte {
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return nil
	}
	var out strings.Builder
	for _, r := range strings.TrimRight(raw.String(), "\n") {
		switch {
		case r == '/':
			out.WriteString(`\/`)
		case r < 0x80:
			out.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return []byte(out.String())
}

// change is one thing that a webhook tells.
type change struct {
	number Number
	field  string
	value  map[string]any
}

func (c change) entry() map[string]any {
	return map[string]any{"id": c.number.AccountID, "changes": []any{map[string]any{"field": c.field, "value": c.value}}}
}

func document(entries ...any) []byte {
	return escaped(map[string]any{"object": "whatsapp_business_account", "entry": entries})
}

var (
	errNoCallback = errors.New("the number has no callback: POST /sim/whatsapp/numbers with callbackUrl, verifyToken and appSecret")
	errNoSecret   = errors.New("no app secret is known for the number: POST /sim/whatsapp/numbers with appSecret")
)

// post sends one webhook, signed with the secret of the number's app.
func (p *Provider) post(to Number, body []byte, forged bool) (simulator.WebhookAnswer, error) {
	if to.CallbackURL == "" {
		return simulator.WebhookAnswer{}, errNoCallback
	}
	if to.AppSecret == "" {
		return simulator.WebhookAnswer{}, errNoSecret
	}
	r, err := http.NewRequestWithContext(p.n.Context(), http.MethodPost, to.CallbackURL, bytes.NewReader(body))
	if err != nil {
		return simulator.WebhookAnswer{}, err
	}
	secret := to.AppSecret
	if forged || p.n.Settings().Signature == "wrong" {
		secret = "not-" + secret
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", agent)
	r.Header.Set("X-Hub-Signature-256", sign(secret, body))
	return p.n.Do(r)
}

// again: Meta tries everything again that was not taken.
func again(_ simulator.WebhookAnswer, err error) bool {
	return !errors.Is(err, errNoCallback) && !errors.Is(err, errNoSecret)
}

// webhook makes the telling of a change.
func (p *Provider) webhook(c change, forged bool, note string) *simulator.Webhook {
	body := document(c.entry())
	return &simulator.Webhook{Note: note, Again: again, Send: func() (simulator.WebhookAnswer, error) {
		return p.post(c.number, body, forged)
	}}
}

// metadata names the number that a change is about.
func metadata(n Number) map[string]string {
	return map[string]string{"display_phone_number": digits(n.DisplayPhoneNumber), "phone_number_id": n.PhoneNumberID}
}

func (p *Provider) stamp(own string) string {
	now := p.n.Now()
	if own == ownMillis || p.own.Get().Millis {
		return strconv.FormatInt(now.UnixMilli(), 10)
	}
	return strconv.FormatInt(now.Unix(), 10)
}

// teller tells the statuses of a message; nil: nobody wants to know.
func (p *Provider) teller(m *simulator.Message, from Number, one *person, d *draft, fate simulator.Outcome) func(simulator.Step, bool) *simulator.Webhook {
	if from.CallbackURL == "" {
		return nil
	}
	sid, category := p.n.See(m).SID, "service"
	if t := d.content.Template; t != nil && t.Category != "" {
		category = strings.ToLower(t.Category)
	}
	return func(to simulator.Step, forged bool) *simulator.Webhook {
		status := map[string]any{"id": sid, "status": to.Status, "timestamp": p.stamp(fate.Own)}
		p.mu.Lock()
		status["recipient_user_id"] = one.userID
		if !one.hidden {
			status["recipient_id"] = one.waID
		}
		p.mu.Unlock()
		if d.opaque != "" {
			status["biz_opaque_callback_data"] = d.opaque
		}
		switch to.Status {
		case "failed":
			status["errors"] = []any{statusError(to.Code, "")}
		case "sent", "delivered":
			status["conversation"] = map[string]any{
				"id": hex.EncodeToString([]byte(sid))[:32], "origin": map[string]string{"type": category},
				"expiration_timestamp": strconv.FormatInt(p.n.Now().Add(window).Unix(), 10),
			}
			status["pricing"] = map[string]any{
				"billable": category != "service", "pricing_model": "PMP", "category": category, "type": "regular",
			}
		}
		c := change{from, "messages", map[string]any{"messaging_product": name, "metadata": metadata(from), "statuses": []any{status}}}
		if p.own.Get().Batch && !forged {
			p.collect(c)
			return nil
		}
		return p.webhook(c, forged, to.Status)
	}
}

// batch collects changes that are told in one request. The provider's lock
// guards it.
type batch struct{ waiting []change }

// collect adds a change; the first one has them all told after a while.
func (p *Provider) collect(c change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.batch.waiting = append(p.batch.waiting, c)
	if len(p.batch.waiting) == 1 {
		p.n.After(time.Duration(p.own.Get().BatchMs)*time.Millisecond, p.flush)
	}
}

// flush tells what was collected: one request for each callback, an entry for
// each account, a change for each number, and all statuses of it in one list.
func (p *Provider) flush() {
	p.mu.Lock()
	waiting := p.batch.waiting
	p.batch.waiting = nil
	p.mu.Unlock()
	for len(waiting) > 0 {
		first, rest := waiting[0].number, []change{}
		entries, order := map[string]map[string]change{}, []any{}
		for _, c := range waiting {
			if c.number.CallbackURL != first.CallbackURL {
				rest = append(rest, c)
				continue
			}
			account := entries[c.number.AccountID]
			if account == nil {
				account = map[string]change{}
				entries[c.number.AccountID] = account
			}
			if known, ok := account[c.number.PhoneNumberID]; ok {
				known.value["statuses"] = append(known.value["statuses"].([]any), c.value["statuses"].([]any)...)
			} else {
				account[c.number.PhoneNumberID] = c
			}
		}
		for id, numbers := range entries {
			changes := []any{}
			for _, c := range numbers {
				changes = append(changes, map[string]any{"field": c.field, "value": c.value})
			}
			order = append(order, map[string]any{"id": id, "changes": changes})
		}
		p.deliver(first, document(order...), 0)
		waiting = rest
	}
}

// deliver sends a batch, and sends it again when it was not taken.
func (p *Provider) deliver(to Number, body []byte, try int) {
	c := p.n.Settings()
	a, err := p.post(to, body, false)
	if err == nil && a.Status >= 200 && a.Status < 300 || try >= c.Retries || err != nil && !again(a, err) {
		return
	}
	p.n.After(min(30*time.Second, time.Duration(c.RetryMs)*time.Millisecond<<min(try, 16)), func() { p.deliver(to, body, try+1) })
}

// tellTemplate tells every callback of an account that a template's status
// changed.
func (p *Provider) tellTemplate(t template) {
	told := map[string]bool{}
	for _, n := range p.numbers("") {
		if n.CallbackURL == "" || t.account != "" && n.AccountID != t.account || told[n.CallbackURL+n.AccountID] {
			continue
		}
		told[n.CallbackURL+n.AccountID] = true
		reason := t.Reason
		if reason == "" {
			reason = "NONE"
		}
		id, _ := strconv.ParseInt(t.ID, 10, 64)
		c := change{n, "message_template_status_update", map[string]any{
			"event": t.Status, "message_template_id": id, "message_template_name": t.Name,
			"message_template_language": t.Language, "message_template_category": t.Category, "reason": reason,
		}}
		p.deliver(n, document(c.entry()), 0)
	}
}
