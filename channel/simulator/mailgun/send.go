package mailgun

import (
	"io"
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
)

// delivery is one mail to one recipient.
type delivery struct {
	sid, key, domain string
	id               string // of the message, without angle brackets
	to               string
	message          *simulator.Message
	headers          map[string]string
	tags             []string
	user             map[string]any
	links            []string
	envelope         string
	size             int
	forged           bool
}

// post plays POST /v3/{domain}/messages and messages.mime.
func (p *Provider) post(w http.ResponseWriter, r *http.Request, key, of string, isMIME bool) {
	p.mu.Lock()
	known := p.find(key, of)
	p.mu.Unlock()
	if known == nil {
		say(w, http.StatusNotFound, "Domain not found: "+of)
		return
	}
	d, e := readDraft(w, r, isMIME, p.n.Now())
	fates, first := p.decide(key, d)
	p.n.Wait(r.Context(), &first)
	switch {
	case e != nil && first.Answer == "":
		say(w, e.status, e.words)
		return
	case first.Answer == simulator.AnswerError:
		p.refuse(w, first.Code, of)
		return
	}
	id := ""
	if e == nil && first.Takes() {
		id = p.take(key, known, d, fates)
	}
	p.answer(w, r, &first, id)
}

// decide says what becomes of each recipient, and how the request is answered:
// as the first recipient wants that wants another answer than the proper one.
func (p *Provider) decide(key string, d *draft) (fates []simulator.Outcome, first simulator.Outcome) {
	if d == nil {
		return nil, first
	}
	for _, to := range d.everyone() {
		fate := p.n.Decide(key, d.sender(), to.Address)
		fates = append(fates, fate)
		if first.Answer == "" {
			delay := max(first.Delay, fate.Delay)
			first = fate
			first.Delay = delay
		}
	}
	return fates, first
}

func (d *draft) everyone() []*mail.Address { return slices.Concat(d.to, d.cc, d.bcc) }

func (d *draft) sender() string {
	if d.from == "" && len(d.mime) > 0 {
		if from := mailbox.Parse(d.mime).Addresses("From"); len(from) > 0 {
			d.from = from[0].Address
		}
	}
	return d.from
}

func (p *Provider) refuse(w http.ResponseWriter, code int, of string) {
	switch code {
	case http.StatusUnauthorized:
		forbidden(w)
	case http.StatusNotFound:
		say(w, code, "Domain not found: "+of)
	case http.StatusPaymentRequired:
		say(w, code, "Domain "+of+" is not allowed to send: the plan's limit is reached")
	case http.StatusBadRequest:
		say(w, code, "to parameter is not a valid address. please check documentation")
	default:
		if code < 400 || code > 599 {
			code = http.StatusBadRequest
		}
		say(w, code, http.StatusText(code))
	}
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request, fate *simulator.Outcome, id string) {
	if fate.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(fate.RetryAfter))
	}
	switch fate.Answer {
	case simulator.AnswerThrottle:
		say(w, http.StatusTooManyRequests, "Too many requests")
	case simulator.AnswerBroken:
		say(w, http.StatusInternalServerError, "Internal Server Error")
	case simulator.AnswerBusy:
		say(w, http.StatusServiceUnavailable, "Service Unavailable")
	case simulator.AnswerHang, simulator.AnswerLost, simulator.AnswerReset:
		p.n.BreakOff(w, r, fate)
	case simulator.AnswerMalformed:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id": "<`)
	default:
		simulator.WriteJSON(w, http.StatusOK, map[string]string{"id": id, "message": "Queued. Thank you."})
	}
}

// take accepts a message: from here on it exists. It returns its id.
func (p *Provider) take(key string, on *domain, d *draft, fates []simulator.Outcome) string {
	id := p.messageID(on.name, d)
	if yes(d.form.Get("o:testmode")) {
		return id // taken, and nothing more
	}
	for i, to := range d.everyone() {
		p.deliver(key, on, d, id, to, fates[i])
	}
	return id
}

// messageID is the id that the caller gave, or one of our own.
func (p *Provider) messageID(of string, d *draft) string {
	id := ""
	for name, values := range d.form {
		if strings.EqualFold(name, "h:Message-Id") {
			id = values[0]
		}
	}
	if len(d.mime) > 0 {
		id = mailbox.Parse(d.mime).Get("Message-ID")
	}
	if id = strings.Trim(id, "<> "); id == "" {
		id = p.n.Now().UTC().Format("20060102150405") + "." + p.n.Hex("")[:16] + "@" + of
	}
	return "<" + id + ">"
}

// deliver begins the way of a mail to one recipient.
func (p *Provider) deliver(key string, on *domain, d *draft, id string, to *mail.Address, fate simulator.Outcome) {
	now := p.n.Now()
	one := &delivery{
		sid: p.n.Hex(""), key: key, domain: on.name, id: strings.Trim(id, "<>"), to: to.Address,
		tags: d.tags, user: d.user, envelope: d.sender(), forged: fate.Forged,
	}
	raw := d.mime
	if len(raw) == 0 {
		visible := d.to
		if len(d.variables) > 0 {
			visible = []*mail.Address{to} // a batch: nobody sees the others
		}
		raw = d.build(id, to, visible, now)
	} else if mailbox.Parse(raw).Get("Message-ID") == "" {
		raw = mailbox.WithHeaders(raw, nil, [][2]string{{"Message-ID", id}})
	}
	p.mu.Lock()
	opens, clicks, header := d.on("opens", on.tracking["open"]), d.on("clicks", on.tracking["click"]), on.tracking["unsubscribe"]
	if code := on.refusal(to.Address); code != 0 {
		fate.Fate = []simulator.Step{{Status: accepted}, {Status: permanentFail, Code: code}}
	}
	p.mu.Unlock()
	raw, one.links = p.tracked(raw, one.sid, opens, clicks, header)
	parsed := mailbox.Parse(raw)
	one.size = len(raw)
	one.headers = map[string]string{"message-id": one.id, "to": parsed.Get("To"), "from": parsed.Get("From"), "subject": parsed.Get("Subject")}
	body := parsed.Text
	if body == "" {
		body = mailbox.PlainOf(parsed.HTML)
	}
	one.message = p.n.Add(simulator.View{
		SID: one.sid, AccountSID: on.name, Direction: simulator.Outbound, Person: mailbox.Normal(to.Address),
		From: one.envelope, To: to.Address, Body: strings.TrimSpace(parsed.Get("Subject") + "\n\n" + body), Status: "queued",
		Content: map[string]string{"subject": parsed.Get("Subject"), "messageId": id},
	})
	p.keep(one)
	p.follow(one, raw, fate, d.wait)
}

// keep remembers a delivery, within the bound.
func (p *Provider) keep(one *delivery) {
	bounds := p.n.Bounds()
	if bounds.NoHistory {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent[one.sid] = one
	p.order = append(p.order, one.sid)
	if len(p.order) > bounds.Messages {
		delete(p.sent, p.order[0])
		p.order = p.order[1:]
	}
}

// follow lets a mail arrive, or not, and tells of it.
func (p *Provider) follow(one *delivery, raw []byte, fate simulator.Outcome, wait time.Duration) {
	steps := fate.Fate
	if steps == nil {
		steps = []simulator.Step{{Status: accepted}, {Status: delivered}}
	}
	arrives := slices.ContainsFunc(steps, func(s simulator.Step) bool { return s.Status == delivered || s.Status == opened })
	wait += time.Duration(p.n.Settings().SentMs) * time.Millisecond
	p.n.After(wait, func() {
		if arrives && !p.n.Bounds().NoHistory {
			p.boxes.Bring(mailbox.Incoming{Via: name, Reference: one.sid, Envelope: one.envelope, To: one.to, Raw: raw})
		}
		p.n.Follow(simulator.Track{Message: one.message, Fate: fate, Works: steps,
			Tell: func(step simulator.Step, forged bool) *simulator.Webhook { return p.event(one, step, forged, "", "") }})
	})
}
