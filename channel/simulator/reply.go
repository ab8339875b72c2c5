package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// replyRequest is what a person sends from a phone.
type replyRequest struct {
	Text  string        `json:"text"`
	Media []mediaOrLink `json:"media,omitempty"`
	To    string        `json:"to,omitempty"` // none: whoever wrote to the phone last
}

// mediaOrLink is a Media, or its URL alone.
type mediaOrLink Media

func (m *mediaOrLink) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &m.URL)
	}
	return json.Unmarshal(raw, (*Media)(m))
}

// replyAnswer tells what became of it.
type replyAnswer struct {
	Message View         `json:"message"`
	Webhook WebhookState `json:"webhook"`
	OptOut  string       `json:"optOut,omitempty"`
}

// WebhookState tells how a webhook answered.
type WebhookState struct {
	URL    string `json:"url"`
	Taken  bool   `json:"taken"`
	Status int    `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
	Ms     int64  `json:"ms"`
}

// postReply sends a message from a phone to the number that it answers, and
// tells that number's webhook.
func (s *Simulator) postReply(w http.ResponseWriter, r *http.Request) {
	person, ok := phoneInPath(r)
	if !ok {
		BadField("number", "is not a phone number such as +15551230001").Write(w)
		return
	}
	var in replyRequest
	if p := ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	if strings.TrimSpace(in.Text) == "" && len(in.Media) == 0 {
		BadField("text", "or media is needed").Write(w)
		return
	}
	if done := s.answerOther(w, r, person, in); done {
		return
	}
	n, p := s.answered(person, in.To)
	if p != nil {
		p.Write(w)
		return
	}
	m := s.inboundMessage(person, n, in)
	answer := replyAnswer{}
	var said string
	if s.settings.Load().Keywords {
		answer.OptOut, said = s.keep(person, in.Text, n.Number, n.MessagingServiceSID)
	}
	s.ledger.add(m)
	s.noticed(m)
	s.stream.publishView(s.ledger, m)
	if said != "" {
		s.say(n, person, said)
	}
	answer.Webhook = s.tellInbound(m, n, answer.OptOut)
	answer.Message = s.ledger.change(m, func(m *Message) {
		if m.lastError = answer.Webhook.Error; m.lastError == "" {
			m.told++
		} else {
			m.untold++
		}
	})
	s.stream.publish("message", answer.Message)
	WriteJSON(w, http.StatusCreated, answer)
}

// answerOther sends an answer through the provider that it belongs to, when
// that is not Twilio: the one that has the sender, or that wrote last.
func (s *Simulator) answerOther(w http.ResponseWriter, r *http.Request, person string, in replyRequest) bool {
	last, _ := s.ledger.lastText(person)
	to := in.To
	if to == "" {
		to = last.From
	}
	for _, n := range s.networks {
		other, ok := n.provider.(Answerer)
		if !ok || to == "" || in.To == "" && n.name != last.Provider || !other.Answers(to) {
			continue
		}
		text := Text{Person: person, To: to, Text: in.Text}
		for _, m := range in.Media {
			text.Media = append(text.Media, Media(m))
		}
		done, p := other.Answer(r.Context(), text)
		if p != nil {
			p.Write(w)
			return true
		}
		WriteJSON(w, http.StatusCreated, replyAnswer{Message: n.See(done.Message), Webhook: done.Webhook, OptOut: done.OptOut})
		return true
	}
	return false
}

// phoneInPath reads {number}, whose plus may be left out.
func phoneInPath(r *http.Request) (string, bool) {
	in := r.PathValue("number")
	if !strings.HasPrefix(in, "+") {
		in = "+" + in
	}
	return phoneNumber(in)
}

// answered finds whom a phone answers, and where that is told.
func (s *Simulator) answered(person, to string) (Number, *Problem) {
	last, _ := s.ledger.lastText(person)
	from, service, account := last.From, last.MessagingServiceSID, last.AccountSID
	if to != "" && to != from {
		from, service = to, ""
	}
	if from == "" {
		if known := s.numbers.list(); len(known) == 1 {
			from = known[0].Number
		} else {
			return Number{}, BadField("to", "is needed: nobody has written to this phone yet")
		}
	}
	if !isSender(from) {
		return Number{}, &Problem{http.StatusConflict, "cannot_answer", "to",
			from + " is a name, not a number: nobody can answer it"}
	}
	n, _ := s.numbers.byName(from)
	n.Number = from
	if service != "" {
		n.MessagingServiceSID = service
	}
	if n.AccountSID == "" {
		n.AccountSID = account
	}
	if n.AccountSID == "" {
		n.AccountSID = s.accounts.only()
	}
	if n.SMSURL == "" {
		return n, &Problem{http.StatusConflict, "no_webhook", "to", fmt.Sprintf(
			`%s has no webhook for inbound messages; POST /sim/numbers {"number": %q, "smsUrl": "https://…"}`, from, from)}
	}
	if n.AccountSID == "" {
		return n, &Problem{http.StatusConflict, "no_account", "to", fmt.Sprintf(
			`it is not known whose number %s is; POST /sim/numbers {"number": %q, "accountSid": "AC…", "authToken": "…"}`, from, from)}
	}
	return n, nil
}

func (s *Simulator) inboundMessage(person string, n Number, in replyRequest) *Message {
	now := s.now()
	m := &Message{
		account: n.AccountSID, service: n.MessagingServiceSID, from: person, to: n.Number, body: in.Text,
		provider: twilio, channel: ChannelSMS, direction: Inbound, status: "received", created: now, updated: now, sent: now,
	}
	m.encoding, m.parts = split(in.Text)
	m.sid = s.random.sid("SM")
	for _, media := range in.Media {
		if media.ContentType == "" {
			media.ContentType = "image/jpeg"
		}
		m.media = append(m.media, Media(media))
	}
	if len(m.media) > 0 {
		m.sid = "MM" + m.sid[2:]
	}
	return m
}

// tellInbound tells the number's webhook, and its fallback when the first did
// not take it. There is no other retry, as with the provider.
func (s *Simulator) tellInbound(m *Message, n Number, optOutType string) WebhookState {
	c := s.settings.Load()
	form := s.inboundForm(m)
	if optOutType != "" && c.AdvancedOptOut {
		form.Set("OptOutType", optOutType)
	}
	token := s.random.sid("")
	started := time.Now()
	state := WebhookState{URL: n.SMSURL}
	a, err := s.call(m.account, n.SMSURL, form, token, false)
	if why := failure(a, err); why != "" && n.FallbackURL != "" {
		state.URL = n.FallbackURL
		form.Set("ErrorCode", "11200")
		form.Set("ErrorUrl", n.SMSURL)
		a, err = s.call(m.account, n.FallbackURL, form, token, false)
	}
	state.Error = failure(a, err)
	state.Taken, state.Status = state.Error == "", a.Status
	if state.Taken && c.Duplicate {
		_, _ = s.call(m.account, state.URL, form, token, false)
	}
	state.Ms = time.Since(started).Milliseconds()
	if state.Taken {
		for _, text := range spoken(a) {
			s.say(n, m.from, text)
		}
	}
	return state
}

func (s *Simulator) inboundForm(m *Message) url.Values {
	form := url.Values{
		"MessageSid": {m.sid}, "SmsMessageSid": {m.sid}, "SmsSid": {m.sid}, "AccountSid": {m.account},
		"From": {m.from}, "To": {m.to}, "Body": {m.body}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
		"NumMedia": {strconv.Itoa(len(m.media))}, "NumSegments": {strconv.Itoa(m.parts)},
	}
	for _, side := range []string{"From", "To"} {
		for _, part := range []string{"City", "State", "Zip", "Country"} {
			form.Set(side+part, "")
		}
		if strings.HasPrefix(form.Get(side), "+1") {
			form.Set(side+"Country", "US")
		}
	}
	if m.service != "" {
		form.Set("MessagingServiceSid", m.service)
	}
	for i, media := range m.media {
		form.Set("MediaUrl"+strconv.Itoa(i), s.mediaURL(m, i))
		form.Set("MediaContentType"+strconv.Itoa(i), media.ContentType)
	}
	return form
}
