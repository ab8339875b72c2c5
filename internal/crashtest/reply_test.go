package crashtest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

// answered is one way in which a person answers a notification.
type answered struct {
	name       string
	channel    *played // nil: Twilio
	message    map[string]any
	answer     func(a *answering, words string)
	says       string // what the person says; "": words of the test
	shown      string // of the notification, in recentNotifications; "": its text
	confidence string
}

// answering is a person at work.
type answering struct {
	*Bed
	person string
	number int
	sid    string // the message, as the provider calls it
}

func (a *answering) texts(words string) {
	a.Simulate(http.MethodPost, "/sim/phones/"+a.person+"/reply", map[string]string{"text": words}, nil)
}

// writes sends a WhatsApp message; more are its other members.
func (a *answering) writes(words string, more map[string]any) {
	in := map[string]any{"type": "text", "text": map[string]string{"body": words}}
	maps.Copy(in, more)
	a.Simulate(http.MethodPost, "/sim/whatsapp/people/"+a.person+"/messages", in, nil)
}

// letter is a mail in a mailbox.
type letter struct {
	ID      string
	ReplyTo []string
	Sent    bool
}

func (a *answering) letter() letter {
	var box struct{ Mails []letter }
	a.Simulate(http.MethodGet, "/sim/mailboxes/"+a.person, nil, &box)
	got := slices.DeleteFunc(box.Mails, func(m letter) bool { return m.Sent })
	if len(got) != 1 {
		a.t.Fatalf("the mailbox has %+v", box.Mails)
	}
	return got[0]
}

func (a *answering) replies(words string) {
	a.Simulate(http.MethodPost, "/sim/mailboxes/"+a.person+"/mails/"+a.letter().ID+"/reply", map[string]string{"text": words}, nil)
}

// forwards has another person write to the address that answers go to.
func (a *answering) forwards(words string) {
	a.mails("another."+a.person, a.letter().ReplyTo[0], words)
}

func (a *answering) mails(from, to, words string) {
	a.Simulate(http.MethodPost, "/sim/mailboxes/"+from+"/mails", map[string]any{"to": []string{to}, "subject": "A question", "text": words}, nil)
}

// waysToAnswer are those of every channel.
func waysToAnswer() []answered {
	text := func(a *answering, words string) { a.texts(words) }
	choice := map[string]any{
		"messageSchema": "whatsapp",
		"message": map[string]any{"type": "template", "template": map[string]any{
			"name": "parcel_choice", "language": map[string]string{"code": "en"}, "components": []any{
				map[string]any{"type": "header", "parameters": []any{map[string]string{"type": "text", "text": "A-17"}}},
				map[string]any{"type": "body", "parameters": []any{map[string]string{"type": "text", "text": "Ana"}, map[string]string{"type": "text", "text": "Monday"}}},
			},
		}},
	}
	return []answered{
		{name: "twilio", answer: text, confidence: "same sender"},
		{name: "messagebird", channel: messageBird(), answer: text, confidence: "same sender"},
		{name: "smshttp", channel: aggregator(), answer: text, confidence: "same sender"},
		{name: "whatsapp", channel: whatsApp(), shown: "one: two.", confidence: "same sender",
			answer: func(a *answering, words string) { a.writes(words, nil) }},
		{name: "whatsapp, a quote", channel: whatsApp(), shown: "one: two.", confidence: "exact",
			answer: func(a *answering, words string) {
				a.writes(words, map[string]any{"context": map[string]string{"id": a.sid}})
			}},
		{name: "whatsapp, a button", channel: whatsApp(), message: choice, says: "Yes, please", shown: "Parcel A-17\nHello Ana", confidence: "exact",
			answer: func(a *answering, _ string) {
				a.Simulate(http.MethodPost, "/sim/whatsapp/people/"+a.person+"/tap", map[string]any{"message": a.sid, "button": 0}, nil)
			}},
		{name: "mailgun, a reply", channel: mailGun(), answer: (*answering).replies, confidence: "exact"},
		{name: "mailgun, from another address", channel: mailGun(), answer: (*answering).forwards, confidence: "exact"},
		{name: "mailgun, a new mail", channel: mailGun(), confidence: "same sender", answer: func(a *answering, words string) {
			a.mails(a.person, mailGun().settings(a.number)["incomingAddress"].(string), words)
		}},
		{name: "smtp, a reply", channel: mailServer(), answer: (*answering).replies, confidence: "exact"},
		{name: "smtp, from another address", channel: mailServer(), answer: (*answering).forwards, confidence: "exact"},
		{name: "smtp, a new mail", channel: mailServer(), confidence: "same sender", answer: func(a *answering, words string) {
			a.mails(a.person, mailServer().settings(a.number)["incomingAddress"].(string), words)
		}},
	}
}

// TestAnswers: whatever way a person answers, the answer comes back with what it
// answers, in the conversation of whom the notification was for.
func TestAnswers(t *testing.T) {
	t.Parallel()
	b := New(t, Options{Network: Network(), Everything: true})
	for i, row := range waysToAnswer() {
		t.Run(row.name, func(t *testing.T) {
			b.On(t)
			a := &answering{Bed: b, number: i}
			integration, in := b.Integration, map[string]any{}
			a.person = "+15550090001"
			if row.channel != nil {
				integration, a.person = b.Join(row.channel, i, nil), row.channel.address(i, "1234")
				maps.Copy(in, row.channel.message)
			}
			maps.Copy(in, row.message)
			in["destination"] = map[string]string{"integrationId": integration, "destinationId": a.person}
			if row.shown != "" {
				a.knows(in, integration, row.shown)
			}
			question, words := "A question by "+row.name, "An answer by "+row.name
			if row.says != "" {
				words = row.says
			}
			id := b.Send(a.person, question, in)
			Until(t, "the message", func() bool {
				var out struct{ Messages []simulator.View }
				b.Simulate(http.MethodGet, "/sim/messages?to="+url.QueryEscape(a.person), nil, &out)
				if len(out.Messages) == 1 {
					a.sid = out.Messages[0].SID
				}
				return len(out.Messages) == 1 && out.Messages[0].Status == "delivered"
			})
			row.answer(a, words)
			row.check(b, id, words, question)
		})
	}
}

// knows waits until a template is shown with its words: a moment after its
// integration was made.
func (a *answering) knows(message map[string]any, integration, shown string) {
	in := maps.Clone(message)
	in["destination"] = map[string]string{"integrationId": integration, "destinationId": "+447799990001"}
	Until(a.t, "the template's words", func() bool {
		_, rest, _ := strings.Cut(a.Why(a.Send("", "", in)), "of user ")
		user, _, _ := strings.Cut(rest, ".")
		var page struct{ Messages []struct{ Text string } }
		a.Must(http.MethodGet, a.base+"/appusers/"+user+"/messages", nil, &page)
		return strings.HasPrefix(page.Messages[len(page.Messages)-1].Text, shown)
	})
}

func (row *answered) check(b *Bed, id, words, question string) {
	if row.shown == "" {
		row.shown = question
	}
	var got *Reply
	Until(b.t, "the answer", func() bool {
		for _, r := range b.Told.Replies() {
			if strings.TrimSpace(r.Text) == words {
				got = &r
			}
		}
		return got != nil
	})
	kind := "twilio"
	if row.channel != nil {
		kind = row.channel.name
	}
	if len(got.Recent) != 1 || !strings.HasPrefix(got.Recent[0], row.shown) || got.Channel != kind || got.Times != 1 {
		b.t.Errorf("told %+v", got)
	}
	story := b.Why(id)
	if want := "The person answered with message " + got.ID + " (attributed: " + row.confidence + ")"; !strings.Contains(story, want) {
		b.t.Errorf("its story does not say %q", want)
	}
	if !strings.Contains(story, "of user "+got.User+".") {
		b.t.Errorf("the answer is in the conversation of user %s", got.User)
	}
	if b.t.Failed() {
		b.t.Log(story)
	}
}
