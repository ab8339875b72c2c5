package messagebird

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"heliograph/channel/simulator"
)

// Answers implements simulator.Answerer.
func (p *Provider) Answers(from string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, used := p.senders[digits(from)]
	return used || p.numbers[digits(from)] != nil
}

// Answer implements simulator.Answerer: a person's text reaches a number's URL.
func (p *Provider) Answer(_ context.Context, t simulator.Text) (simulator.Answered, *simulator.Problem) {
	p.mu.Lock()
	known := p.numbers[digits(t.To)]
	account := p.senders[digits(t.To)]
	p.mu.Unlock()
	if strings.Trim(digits(t.To), "0123456789") != "" {
		return simulator.Answered{}, &simulator.Problem{Status: http.StatusConflict, Code: "cannot_answer", Field: "to",
			Message: t.To + " is a name, not a number: nobody can answer it"}
	}
	if known == nil || known.URL == "" {
		return simulator.Answered{}, &simulator.Problem{Status: http.StatusConflict, Code: "no_webhook", Field: "to", Message: fmt.Sprintf(
			`%s has no webhook for inbound messages; POST /sim/messagebird/numbers {"number": %q, "url": "https://…"}`, t.To, t.To)}
	}
	if known.AccessKey != "" {
		account = known.AccessKey
	}
	v := simulator.View{
		SID: p.n.Hex(""), AccountSID: account, Direction: simulator.Inbound, Person: t.Person,
		From: t.Person, To: t.To, Body: t.Text, Media: t.Media, Status: "received",
	}
	v.Encoding, v.Parts = p.n.Split(t.Text)
	out := simulator.Answered{Message: p.n.Add(v)}
	out.OptOut = p.keyword(t, account)
	form := p.inboundForm(known, v)
	out.Webhook = p.n.Tell(out.Message, simulator.Webhook{Note: "inbound", Again: anything, Send: func() (simulator.WebhookAnswer, error) {
		body := form.Encode()
		if p.own.Get().RepeatKeys && !known.Shortcode {
			body += "&id=" + v.SID
		}
		r, err := http.NewRequestWithContext(p.n.Context(), http.MethodPost, known.URL, strings.NewReader(body))
		if err != nil {
			return simulator.WebhookAnswer{}, err
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		p.sign(r, account, []byte(body), false)
		return p.n.Do(r)
	}})
	out.Webhook.URL = known.URL
	return out, nil
}

// keyword acts on a keyword as the provider does, and answers the person.
func (p *Provider) keyword(t simulator.Text, account string) string {
	if !p.n.Settings().Keywords {
		return ""
	}
	kind, said := simulator.Keyword(t.Text), ""
	switch kind {
	case "STOP":
		p.n.Block(t.Person, sender(t.To))
		said = "You have been unsubscribed and will receive no more messages. Reply START to resubscribe."
	case "START":
		if !p.n.Unblock(t.Person, sender(t.To)) {
			return ""
		}
		said = "You have been resubscribed. Reply STOP to unsubscribe."
	default:
		return "" // HELP is the sender's own to answer
	}
	v := simulator.View{SID: p.n.Hex(""), AccountSID: account, Direction: simulator.Reply, Person: t.Person,
		From: t.To, To: t.Person, Body: said, Status: "delivered"}
	v.Encoding, v.Parts = p.n.Split(said)
	p.n.Add(v)
	return kind
}

// inboundForm is what a number's URL is posted: a long number's form carries
// the same things under old names too.
func (p *Provider) inboundForm(to *Number, v simulator.View) url.Values {
	now := p.n.Now().UTC()
	from, number := digits(v.From), digits(v.To)
	if to.Shortcode {
		return url.Values{
			"mid": {v.SID}, "shortcode": {number}, "originator": {from}, "message": {v.Body},
			"receive_datetime": {now.Format("20060102150405")},
		}
	}
	form := url.Values{
		"id": {v.SID}, "recipient": {number}, "originator": {from}, "body": {v.Body}, "createdDatetime": {moment(now)},
		"receiver": {number}, "payload": {v.Body}, "message_id": {v.SID},
		"date": {strconv.FormatInt(now.Unix(), 10)}, "date_utc": {strconv.FormatInt(now.Unix(), 10)},
	}
	for _, m := range v.Media {
		form.Add("mediaUrls", m.URL)
	}
	if p.own.Get().MixedCase {
		for _, key := range []string{"recipient", "originator", "body", "createdDatetime"} {
			form[strings.ToUpper(key[:1])+key[1:]] = form[key]
			delete(form, key)
		}
	}
	return form
}

func (p *Provider) postNumber(w http.ResponseWriter, r *http.Request) {
	var in Number
	problem := simulator.ReadJSON(w, r, &in)
	switch {
	case problem != nil:
	case !isOriginator(in.Number) || strings.Trim(digits(in.Number), "0123456789") != "":
		problem = simulator.BadField("number", "is not a number such as 31612345678, nor a short code")
	case in.URL != "" && !simulator.IsWebhook(in.URL):
		problem = simulator.BadField("url", "is not an http or https URL")
	}
	if problem != nil {
		problem.Write(w)
		return
	}
	p.mu.Lock()
	p.numbers[digits(in.Number)] = &in
	p.mu.Unlock()
	shown := in
	shown.AccessKey = ""
	simulator.WriteJSON(w, http.StatusOK, shown)
}

func (p *Provider) getNumbers(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	out := []Number{}
	for _, n := range p.numbers {
		shown := *n
		shown.AccessKey = ""
		out = append(out, shown)
	}
	p.mu.Unlock()
	simulator.WriteJSON(w, http.StatusOK, map[string][]Number{"numbers": out})
}

// postAccount says what signs an account's webhooks, and where it is told.
func (p *Provider) postAccount(w http.ResponseWriter, r *http.Request) {
	var in Account
	problem := simulator.ReadJSON(w, r, &in)
	switch {
	case problem != nil:
	case in.AccessKey == "":
		problem = simulator.BadField("accessKey", "is needed")
	case in.ReportURL != "" && !simulator.IsWebhook(in.ReportURL):
		problem = simulator.BadField("reportUrl", "is not an http or https URL")
	}
	if problem != nil {
		problem.Write(w)
		return
	}
	p.mu.Lock()
	p.accounts[in.AccessKey] = &in
	p.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}
