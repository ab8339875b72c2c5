package messagebird

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// order is one request that was taken: one message for each of its recipients.
type order struct {
	id, account string
	d           *draft
	created     time.Time
	messages    []*simulator.Message
}

// admit returns the access key of a request.
func (p *Provider) admit(r *http.Request) (string, *refusal) {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AccessKey ")
	if !ok || key == "" {
		return "", notAllowed()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.accounts[key] == nil {
		if len(p.o.Accounts) > 0 || strings.HasPrefix(key, simulator.WrongToken) {
			return "", notAllowed()
		}
		p.accounts[key] = &Account{AccessKey: key}
	}
	return key, nil
}

// post plays POST /messages.
func (p *Provider) post(w http.ResponseWriter, r *http.Request) { p.send(w, r, false) }

// postMMS plays POST /mms.
func (p *Provider) postMMS(w http.ResponseWriter, r *http.Request) { p.send(w, r, true) }

func (p *Provider) send(w http.ResponseWriter, r *http.Request, mms bool) {
	account, e := p.admit(r)
	if e != nil {
		e.write(w)
		return
	}
	d, e := readDraft(w, r)
	if e != nil {
		e.write(w)
		return
	}
	d.mms = mms
	wrong := d.check(p.n.Now(), p.n.Split)
	fates := make([]simulator.Outcome, len(d.Recipients))
	var first simulator.Outcome // the first that does not answer as it should
	for i, to := range d.Recipients {
		fates[i] = p.n.Decide(account, d.Originator, "+"+digits(to))
		if first.Answer == "" {
			delay := max(first.Delay, fates[i].Delay)
			first = fates[i]
			first.Delay = delay
		}
	}
	p.n.Wait(r.Context(), &first)
	switch {
	case wrong != nil && first.Answer == "":
		wrong.write(w)
		return
	case first.Answer == simulator.AnswerError:
		byCode(first.Code).write(w)
		return
	}
	var taken *order
	if wrong == nil && first.Takes() {
		taken = p.take(account, d, fates)
	}
	p.answer(w, r, &first, taken)
}

func (p *Provider) take(account string, d *draft, fates []simulator.Outcome) *order {
	o := &order{id: p.n.Hex(""), account: account, d: d, created: p.n.Now()}
	body := d.carried(p.n.Split)
	for i, to := range d.Recipients {
		sid := o.id
		if i > 0 {
			sid += "-" + strconv.Itoa(i)
		}
		v := simulator.View{
			SID: sid, AccountSID: account, Direction: simulator.Outbound, Person: "+" + to,
			From: d.Originator, To: "+" + to, Body: body, Status: "sent",
		}
		if d.wait > 0 {
			v.Status = "scheduled"
		}
		v.Encoding, v.Parts = p.n.Split(body)
		if d.mms {
			v.Encoding, v.Parts = "", 1
			if d.Subject != "" {
				v.Body = d.Subject + "\n" + body
			}
			for _, target := range d.MediaURLs {
				v.Media = append(v.Media, simulator.Media{URL: target})
			}
		}
		o.messages = append(o.messages, p.n.Add(v))
	}
	p.keep(o)
	for i, m := range o.messages {
		p.follow(o, m, fates[i])
	}
	return o
}

// keep remembers an order, and whose its sender is.
func (p *Provider) keep(o *order) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.senders[digits(o.d.Originator)] = o.account
	bounds := p.n.Bounds()
	if bounds.NoHistory {
		return
	}
	p.sent[o.id] = o
	p.order = append(p.order, o.id)
	if len(p.order) > bounds.Messages {
		delete(p.sent, p.order[0])
		p.order = p.order[1:]
	}
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request, fate *simulator.Outcome, taken *order) {
	switch fate.Answer {
	case simulator.AnswerThrottle:
		(&refusal{status: http.StatusTooManyRequests, code: 21, words: "Too many requests", retryAfter: fate.RetryAfter}).write(w)
	case simulator.AnswerBroken:
		byCode(99).write(w)
	case simulator.AnswerBusy:
		(&refusal{status: http.StatusServiceUnavailable, code: 99, words: "Service unavailable", retryAfter: fate.RetryAfter}).write(w)
	case simulator.AnswerHang, simulator.AnswerLost, simulator.AnswerReset:
		p.n.BreakOff(w, r, fate)
	case simulator.AnswerMalformed:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id": "`)
	default:
		simulator.WriteJSON(w, http.StatusCreated, p.resource(taken))
	}
}

// get plays GET /messages/{id}.
func (p *Provider) get(w http.ResponseWriter, r *http.Request) {
	account, e := p.admit(r)
	if e != nil {
		e.write(w)
		return
	}
	p.mu.Lock()
	o := p.sent[r.PathValue("id")]
	p.mu.Unlock()
	if o == nil || o.account != account || o.d.mms != strings.HasPrefix(r.URL.Path, "/mms") {
		notFound("message").write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, p.resource(o))
}
