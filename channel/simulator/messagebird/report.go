package messagebird

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"heliograph/channel/simulator"
)

// follow makes a message run through its fate. One that a person refused fails,
// whatever else was to become of it. Reports are made only of messages with a
// reference, and with an address to tell.
func (p *Provider) follow(o *order, m *simulator.Message, fate simulator.Outcome) {
	to := p.n.See(m).To
	if p.n.Blocked(to, sender(o.d.Originator)) {
		fate.Fate = []simulator.Step{{Status: "delivery_failed", Code: codeOptedOut}}
	}
	target := o.d.ReportURL
	p.mu.Lock()
	if a := p.accounts[o.account]; target == "" && a != nil {
		target = a.ReportURL
	}
	p.mu.Unlock()
	track := simulator.Track{
		Message: m, Fate: fate, Works: []simulator.Step{{Status: "sent"}, {Status: "delivered"}},
		Wait: o.d.wait + time.Duration(p.n.Settings().SentMs)*time.Millisecond,
	}
	if target != "" && o.d.Reference != "" {
		track.Tell = func(to simulator.Step, forged bool) *simulator.Webhook { return p.report(o, m, target, to, forged) }
	}
	p.n.Follow(track)
}

// report is the GET that tells of a status. Anything but 2xx is tried again.
func (p *Provider) report(o *order, m *simulator.Message, target string, to simulator.Step, forged bool) *simulator.Webhook {
	v := p.n.See(m)
	words, code := reason(to.Status, to.Code)
	q := url.Values{
		"id": {o.id}, "reference": {o.d.Reference}, "recipient": {digits(v.To)}, "status": {to.Status},
		"statusReason": {words}, "statusDatetime": {moment(p.n.Now())}, "datacoding": {o.d.Datacoding},
		"mccmnc": {"20408"}, "messageLength": {strconv.Itoa(utf8.RuneCountInString(v.Body))},
		"messagePartCount": {strconv.Itoa(v.Parts)}, "ported": {"0"},
		"price[amount]": {"0.0065"}, "price[currency]": {"EUR"},
	}
	if code != "" {
		q.Set("statusErrorCode", code)
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += q.Encode()
	u.Fragment = ""
	return &simulator.Webhook{Note: to.Status, Again: anything, Send: func() (simulator.WebhookAnswer, error) {
		r, err := http.NewRequestWithContext(p.n.Context(), http.MethodGet, u.String(), nil)
		if err != nil {
			return simulator.WebhookAnswer{}, err
		}
		p.sign(r, o.account, nil, forged)
		return p.n.Do(r)
	}}
}

func anything(simulator.WebhookAnswer, error) bool { return true }

// sender names a sender in the list of those whom a person refuses.
func sender(originator string) string { return digits(originator) }
