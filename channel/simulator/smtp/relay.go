package smtp

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
	"heliograph/channel/simulator/smtpd"
)

// relay is the provider as its SMTP server sees it.
type relay struct{ p *Provider }

// Features implements smtpd.Handler.
func (h relay) Features() smtpd.Features {
	c := h.p.own.Get()
	return smtpd.Features{StartTLS: c.StartTLS, Auth: c.Auth != "off", RequireAuth: c.Auth == "required"}
}

// Connected implements smtpd.Handler.
func (h relay) Connected() *smtpd.Reply {
	if h.p.own.Get().Busy {
		return &smtpd.Reply{Code: 421, Enhanced: "4.3.2", Text: "Too busy, try again later"}
	}
	return nil
}

// Authenticate implements smtpd.Handler.
func (h relay) Authenticate(user, password string) *smtpd.Reply {
	no := said(535)
	if h.p.own.Get().RefuseAuth || user == "" || password == "" {
		return no
	}
	if len(h.p.o.Accounts) == 0 {
		if strings.HasPrefix(password, simulator.WrongToken) {
			return no
		}
		return nil
	}
	for _, a := range h.p.o.Accounts {
		if a.User == user && subtle.ConstantTimeCompare([]byte(a.Password), []byte(password)) == 1 {
			return nil
		}
	}
	return no
}

func said(code int) *smtpd.Reply {
	f := words(code)
	return &smtpd.Reply{Code: f.Code, Enhanced: f.Enhanced, Text: f.Text}
}

// Recipient implements smtpd.Handler: what becomes of a recipient is decided
// here, and what shows only after the dot is kept for then.
func (h relay) Recipient(ctx context.Context, e *smtpd.Envelope, to string) *smtpd.Reply {
	fate := h.p.n.Decide(e.User, e.From, to)
	h.p.wait(ctx, &fate)
	switch {
	case fate.Answer == simulator.AnswerError && fate.Own == "":
		return said(fate.Code)
	case fate.Answer == simulator.AnswerThrottle:
		return said(450)
	case fate.Answer == simulator.AnswerBusy:
		return &smtpd.Reply{Code: 421, Enhanced: "4.3.2", Text: "Service not available, closing connection"}
	case fate.Answer == simulator.AnswerReset:
		return &smtpd.Reply{Reset: true}
	}
	fates, _ := e.Note.(map[string]simulator.Outcome)
	if fates == nil {
		fates = map[string]simulator.Outcome{}
		e.Note = fates
	}
	fates[to] = fate
	return nil
}

// wait is how long an answer takes.
func (p *Provider) wait(ctx context.Context, fate *simulator.Outcome) {
	d := time.Duration(p.n.Settings().LatencyMs)*time.Millisecond + fate.Delay
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-p.n.Context().Done():
	}
}

// Message implements smtpd.Handler. One answer stands for all recipients: that
// of the first that asks for another than the proper one.
func (h relay) Message(_ context.Context, e *smtpd.Envelope, raw []byte) *smtpd.Reply {
	fates, _ := e.Note.(map[string]simulator.Outcome)
	var first simulator.Outcome
	for _, to := range e.To {
		if f := fates[to]; first.Answer == "" {
			first = f
		}
	}
	if first.Takes() {
		parsed := mailbox.Parse(raw)
		for _, to := range e.To {
			h.p.take(e, to, raw, parsed, fates[to])
		}
	}
	switch first.Answer {
	case simulator.AnswerError:
		return said(first.Code)
	case simulator.AnswerBroken:
		return said(451)
	case simulator.AnswerHang:
		return &smtpd.Reply{Hang: true, Hold: first.Hold}
	case simulator.AnswerLost:
		return &smtpd.Reply{Drop: true}
	case simulator.AnswerMalformed:
		return &smtpd.Reply{Code: 25, Text: "?"}
	}
	return nil
}

// take accepts a mail for one recipient: from here on it exists.
func (p *Provider) take(e *smtpd.Envelope, to string, raw []byte, parsed *mailbox.Parsed, fate simulator.Outcome) {
	body := parsed.Text
	if body == "" {
		body = mailbox.PlainOf(parsed.HTML)
	}
	v := simulator.View{
		SID: p.n.Hex(""), AccountSID: e.User, Direction: simulator.Outbound, Person: mailbox.Normal(to),
		From: e.From, To: to, Body: strings.TrimSpace(parsed.Get("Subject") + "\n\n" + body), Status: "queued",
		Content: map[string]string{"subject": parsed.Get("Subject"), "messageId": parsed.Get("Message-ID")},
	}
	m := p.n.Add(v)
	steps := fate.Fate
	if steps == nil {
		steps = []simulator.Step{{Status: "delivered"}}
	}
	sender := e.From
	p.n.After(time.Duration(p.n.Settings().SentMs)*time.Millisecond, func() {
		if steps[0].Status == "delivered" && !p.n.Bounds().NoHistory {
			p.boxes.Bring(mailbox.Incoming{Via: Name, Reference: v.SID, Envelope: sender, To: to, Raw: raw})
		}
		p.n.Follow(simulator.Track{Message: m, Fate: fate, Works: steps,
			Tell: func(step simulator.Step, _ bool) *simulator.Webhook { return p.comesBack(sender, to, v.SID, raw, step) }})
	})
}

// sent puts what a person wrote on the person's thread.
func (p *Provider) sent(m mailbox.Mail, to string) {
	p.n.Add(simulator.View{
		SID: p.n.Hex(""), Direction: simulator.Inbound, Person: m.Box, From: m.Box, To: to,
		Body: strings.TrimSpace(m.Get("Subject") + "\n\n" + m.Text), Status: "received",
		Content: map[string]string{"subject": m.Get("Subject"), "messageId": m.Get("Message-ID")},
	})
}

// comesBack is the mail that tells the sender what became of a message; nil for
// what nobody tells by SMTP.
func (p *Provider) comesBack(sender, to, sid string, raw []byte, step simulator.Step) *simulator.Webhook {
	switch {
	case step.Status == "bounced" && sender != "":
		return &simulator.Webhook{Note: "bounce", Send: func() (simulator.WebhookAnswer, error) {
			return answer(p.boxes.Bounce(sender, to, raw, words(step.Code)))
		}}
	case step.Status == "complained":
		return &simulator.Webhook{Note: "complaint", Send: func() (simulator.WebhookAnswer, error) {
			m, ok := p.boxes.Find(Name, sid)
			if !ok {
				return simulator.WebhookAnswer{Status: http.StatusOK}, nil
			}
			if told := p.boxes.CallSpam(p.n.Context(), m); told != nil {
				return answer(*told)
			}
			return simulator.WebhookAnswer{Status: http.StatusOK}, nil
		}}
	}
	return nil
}

// answer puts what a mail server said into the words of webhooks, which have
// codes of the other order: a 4xx of SMTP may be tried again.
func answer(told mailbox.Told) (simulator.WebhookAnswer, error) {
	a := simulator.WebhookAnswer{Status: told.Status}
	switch {
	case told.Taken:
		a.Status = http.StatusOK
	case told.Status == 0:
		return a, undelivered(told.Error)
	case !strings.Contains(told.Target, "://") && told.Status < 500:
		a.Status = http.StatusServiceUnavailable
	case !strings.Contains(told.Target, "://"):
		a.Status = http.StatusGone
	}
	return a, nil
}

// undelivered is why a mail server was not reached.
type undelivered string

// Error implements error.
func (e undelivered) Error() string { return string(e) }
