package mailbox

import (
	"context"
	"net/mail"
	"slices"
	"strings"
)

// Answer is what a person writes in answer to a mail.
type Answer struct {
	Text    string
	HTML    string // none: of the text
	Subject string // none: that of the mail, with Re:
	All     bool   // to everyone that the mail names
	Quote   bool   // with the mail below
	Files   []File
}

// Sent is what became of a mail that a person sent.
type Sent struct {
	Mail Mail
	Told []Told // one for each recipient
}

// Reply sends a person's answer to a mail.
func (b *Boxes) Reply(ctx context.Context, m Mail, a Answer) Sent {
	d := b.answerTo(m)
	d.Text, d.HTML, d.Files = a.Text, a.HTML, a.Files
	if a.Subject != "" {
		d.Subject = a.Subject
	}
	if a.Quote {
		plain, markup := Quoted(&m, a.Text)
		d.Text = plain
		if a.HTML != "" {
			markup = strings.Replace(markup, "<p>"+paragraphs(a.Text)+"</p>", a.HTML, 1)
		}
		d.HTML = markup
	}
	if a.All {
		skip := []string{m.Box}
		for _, to := range d.To {
			skip = append(skip, Bare(to))
		}
		d.Cc = append(others(m.Addresses("To"), skip...), others(m.Addresses("Cc"), skip...)...)
	}
	sent := b.send(ctx, d, m.Box)
	b.note(m.ID, Replied, "", &sent.Told[0])
	return sent
}

// answerTo begins an answer to a mail, with what threads it.
func (b *Boxes) answerTo(m Mail) Draft {
	d := Draft{
		From: (&mail.Address{Name: nameIn(m), Address: m.Box}).String(), Subject: Subject("Re:", m.Get("Subject")),
		MessageID: "<" + b.o.ID() + "@" + domain(m.Box) + ">", InReplyTo: m.Get("Message-ID"), Date: b.o.Now(),
	}
	d.References = strings.TrimSpace(m.Get("References") + " " + d.InReplyTo)
	for _, to := range slices.Concat(m.Addresses("Reply-To"), m.Addresses("From")) {
		d.To = []string{to.String()}
		break
	}
	return d
}

// nameIn is the name of the mailbox's owner, as the mail called them.
func nameIn(m Mail) string {
	for _, to := range slices.Concat(m.Addresses("To"), m.Addresses("Cc")) {
		if Normal(to.Address) == m.Box {
			return to.Name
		}
	}
	return ""
}

func domain(address string) string {
	_, host, _ := strings.Cut(address, "@")
	if host == "" {
		return "simulator.invalid"
	}
	return host
}

// send sends a draft from a mailbox to each recipient, and keeps it there.
func (b *Boxes) send(ctx context.Context, d Draft, box string) Sent {
	raw := Compose(d)
	out := Sent{Told: []Told{}}
	m := &Mail{ID: b.o.ID(), Box: box, Sent: true, At: b.o.Now(), Envelope: box, Raw: raw, Parsed: Parse(raw), Read: true}
	out.Mail = b.add(m)
	b.tellChanged(out.Mail)
	for _, to := range slices.Concat(d.To, d.Cc) {
		address := Bare(to)
		told := b.routes.Send(ctx, Outgoing{From: box, To: exact(to), Raw: raw})
		out.Told = append(out.Told, told)
		if told.routed && b.o.Routed != nil {
			b.o.Routed(out.Mail, exact(to))
		}
		if m, ok := b.note(out.Mail.ID, "sent", address, &told); ok {
			out.Mail = m
		}
	}
	return out
}

// exact returns the address in its own case, which a token in it may need.
func exact(to string) string {
	a, err := mail.ParseAddress(to)
	if err != nil {
		return to
	}
	return a.Address
}

// SetAbsent makes a mailbox answer by itself with words; "" ends that.
func (b *Boxes) SetAbsent(address, words string) Summary {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.boxes[Normal(address)]
	switch {
	case at == nil && words == "":
		return Summary{Address: Normal(address)}
	case at == nil:
		at = b.box(Normal(address))
	}
	at.absent = words
	clear(at.answered)
	return at.summary()
}

// answerInAbsence sends an answer in absence, one to each sender, and none to
// what a program sent by itself.
func (b *Boxes) answerInAbsence(m Mail) {
	d := b.answerTo(m)
	auto := strings.ToLower(m.Get("Auto-Submitted"))
	if len(d.To) == 0 || auto != "" && auto != "no" {
		return
	}
	b.mu.Lock()
	at := b.boxes[m.Box]
	if at == nil || at.absent == "" || at.answered[Bare(d.To[0])] {
		b.mu.Unlock()
		return
	}
	at.answered[Bare(d.To[0])] = true
	d.Text = at.absent
	b.mu.Unlock()
	d.Subject = "Automatic reply: " + m.Get("Subject")
	d.More = [][2]string{{"Auto-Submitted", "auto-replied"}, {"X-Autoreply", "yes"}}
	raw, to := Compose(d), exact(d.To[0])
	b.o.After(0, func() {
		told := b.routes.Send(context.Background(), Outgoing{To: to, Raw: raw})
		b.note(m.ID, AutoReplied, "", &told)
	})
}

// Bounce sends the notice that a mail did not reach a recipient to its sender.
func (b *Boxes) Bounce(sender, recipient string, raw []byte, why Failure) Told {
	host := b.o.Hello
	notice := Bounce(raw, sender, recipient, host, "<"+b.o.ID()+"@"+host+">", why, b.o.Now())
	return b.routes.Send(context.Background(), Outgoing{To: sender, Raw: notice})
}

// ComplainTo sends the report that a person called a mail spam to an address. It
// names the person unless it is to be redacted.
func (b *Boxes) ComplainTo(ctx context.Context, m Mail, to string, redacted bool) Told {
	host, who := b.o.Hello, m.Box
	if redacted {
		who = ""
	}
	notice := Complaint(m.Raw, m.Envelope, who, to, host, "<"+b.o.ID()+"@"+host+">", b.o.Now())
	return b.routes.Send(ctx, Outgoing{From: "fbl@" + host, To: to, Raw: notice})
}
