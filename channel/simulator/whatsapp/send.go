package whatsapp

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// sendMessage plays POST /{number}/messages: a message, or the reading of one.
func (p *Provider) sendMessage(w http.ResponseWriter, r *http.Request) *graphError {
	id := r.PathValue("id")
	if !p.isNumber(id) {
		return noObject(r.Method, id)
	}
	raw, e := readBody(w, r)
	if e != nil {
		return e
	}
	var in fields
	if json.Unmarshal(raw, &in) != nil {
		return refuse(100, "The body is not a JSON object")
	}
	if in.text("messaging_product") != name {
		return refuse(100, "The parameter messaging_product is required.")
	}
	from := p.number(id)
	if _, ok := in["status"]; ok {
		return p.markRead(w, in, from)
	}
	return p.send(w, r, in, from)
}

func (p *Provider) send(w http.ResponseWriter, r *http.Request, in fields, from Number) *graphError {
	d, invalid := p.read(in, from)
	address := d.address
	if address == "" {
		address = d.input
	}
	fate := p.n.Decide(from.AccountID, from.PhoneNumberID, address)
	// A caller that leaves meanwhile has sent its message all the same.
	p.n.Wait(r.Context(), &fate)
	if invalid != nil && fate.Answer == "" {
		return invalid
	}
	if fate.Answer == simulator.AnswerError {
		e := refuse(fate.Code, codes(fate.Code).title)
		e.retryAfter = fate.RetryAfter
		return e
	}
	if invalid == nil && fate.Answer == "" {
		if code := p.exceeded(from.PhoneNumberID, address); code != 0 {
			return refuse(code, codes(code).title)
		}
		if code := p.barred(&d, from, &fate); code == 131047 && p.own.Get().WindowIn == inAnswer {
			return refuse(code, "Message failed to send because more than 24 hours have passed since the customer last replied to this number.")
		} else if code != 0 {
			fate.Fate = []simulator.Step{{Status: "failed", Code: code}}
		}
	}
	var answer map[string]any
	if invalid == nil && fate.Takes() {
		answer = p.take(&d, from, fate)
	}
	return p.answer(w, r, fate, answer)
}

// barred says with which error WhatsApp itself fails a message that it takes;
// 0: with none. What a rule or a magic recipient decided comes about anyway.
func (p *Provider) barred(d *draft, from Number, fate *simulator.Outcome) int {
	if fate.Fate != nil || p.n.Bounds().NoHistory {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	one := p.people.find(d.address)
	t := d.content.Template
	switch {
	case one.absent:
		return 131026
	case t != nil && t.Category == "MARKETING" && one.stopped:
		return 131050
	case t != nil || fate.Own == ownOpen:
		return 0
	case fate.Own == ownClosed:
		return 131047
	case p.own.Get().Window && !p.n.Now().Before(one.openUntil(from.PhoneNumberID)):
		return 131047
	}
	return 0
}

// messageID makes a name for a message.
func (p *Provider) messageID() string {
	return "wamid." + base64.StdEncoding.EncodeToString([]byte("\x1d\x06"+p.n.Hex("")[:30]))
}

// take accepts a message: from here on it exists, whatever the caller is told.
func (p *Provider) take(d *draft, from Number, fate simulator.Outcome) map[string]any {
	p.mu.Lock()
	one := p.people.find(d.address)
	delete(one.typing, from.PhoneNumberID)
	state, contact := p.state(one), map[string]string{"input": d.input, "user_id": one.userID}
	if !isUserID(one.waID) && !(one.hidden && d.byUser) && fate.Own != ownHidden {
		contact["wa_id"] = one.waID
	}
	if d.context != "" {
		d.content.Quote = p.quote(d.context)
	}
	p.mu.Unlock()
	m := p.n.Add(simulator.View{
		SID: p.messageID(), AccountSID: from.AccountID, Direction: simulator.Outbound, Person: state.Person,
		From: "+" + digits(from.DisplayPhoneNumber), To: d.address, Body: d.body, Content: &d.content, Status: "accepted",
	})
	p.follow(m, d, from, one, fate)
	message := map[string]string{"id": p.n.See(m).SID}
	if d.content.Template != nil {
		message["message_status"] = "accepted"
		if fate.Own == ownHeld {
			message["message_status"] = "held_for_quality_assessment"
		}
	}
	return map[string]any{"messaging_product": name, "contacts": []any{contact}, "messages": []any{message}}
}

// quote tells of the message that another one answers.
func (p *Provider) quote(id string) *Quote {
	if m, ok := p.n.Find(id); ok {
		v := p.n.See(m)
		return &Quote{ID: id, Body: v.Body, Mine: v.Direction == simulator.Inbound}
	}
	return &Quote{ID: id}
}

// heldFor is how long a template is held for quality assessment.
const heldFor = 2 * time.Second

// follow has the statuses come about. Files behind links are fetched first.
func (p *Provider) follow(m *simulator.Message, d *draft, from Number, one *person, fate simulator.Outcome) {
	c := p.n.Settings()
	track := simulator.Track{
		Message: m, Fate: fate, Wait: time.Duration(c.SentMs) * time.Millisecond, Works: works(),
		Tell: p.teller(m, from, one, d, fate),
	}
	if p.own.Get().AutoRead {
		track.Works = append(track.Works, simulator.Step{Status: "read"})
	}
	if fate.Own == ownHeld {
		track.Wait += heldFor
	}
	links := false
	for _, f := range d.files {
		links = links || f.ID == ""
	}
	if !links || p.n.Bounds().NoHistory {
		p.n.Follow(track)
		return
	}
	p.n.After(0, func() {
		if !p.fetchAll(m, d) && track.Fate.Fate == nil {
			track.Fate.Fate = []simulator.Step{{Status: "failed", Code: 131053}}
		}
		p.n.Follow(track)
	})
}

// fetchAll fetches the files of a message and shows what it found.
func (p *Provider) fetchAll(m *simulator.Message, d *draft) bool {
	ok, content := true, d.content
	replace := func(old *Media) *Media {
		if old == nil || old.Link == "" {
			return old
		}
		got := *old
		f, err := p.fetch(p.n.Context(), old.Kind, old.Link)
		if err != nil {
			got.Problem, ok = err.Error(), false
		} else {
			got.found(f)
		}
		return &got
	}
	content.Media = replace(content.Media)
	if h := content.Header; h != nil {
		content.Header = &Head{Text: h.Text, Media: replace(h.Media)}
	}
	p.n.Change(m, func(v *simulator.View) { v.Content = &content })
	return ok
}

// answer answers a send in the way that fate says.
func (p *Provider) answer(w http.ResponseWriter, r *http.Request, fate simulator.Outcome, body map[string]any) *graphError {
	switch fate.Answer {
	case simulator.AnswerThrottle:
		e := refuse(130429, "Message failed to send because there were too many messages sent from this phone number in a short period of time")
		e.status, e.retryAfter = http.StatusTooManyRequests, fate.RetryAfter
		return e
	case simulator.AnswerBroken:
		return refuse(131000, "Something went wrong")
	case simulator.AnswerBusy:
		e := refuse(2, "Service temporarily unavailable")
		e.retryAfter = fate.RetryAfter
		return e
	case simulator.AnswerMalformed:
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		_, _ = io.WriteString(w, `{"messaging_product":"whatsapp","contacts":[{"input":"`)
	case "":
		simulator.WriteJSON(w, http.StatusOK, body)
	default:
		p.n.BreakOff(w, r, &fate)
	}
	return nil
}

// typingFor is how long WhatsApp shows that a business types.
const typingFor = 25 * time.Second

// markRead plays the reading of a person's message, with the typing indicator
// when it is asked for.
func (p *Provider) markRead(w http.ResponseWriter, in fields, from Number) *graphError {
	if in.text("status") != "read" {
		return refuse(131009, "status must be read")
	}
	m, ok := p.n.Find(in.text("message_id"))
	if !ok {
		return refuse(131009, "message_id is not the id of a received message")
	}
	v := p.n.See(m)
	if v.Direction != simulator.Inbound {
		return refuse(131009, "message_id is not the id of a received message")
	}
	if raw, ok := in["typing_indicator"]; ok {
		var typing fields
		if json.Unmarshal(raw, &typing) != nil || typing.text("type") != "text" {
			return refuse(131009, "typing_indicator.type must be text")
		}
		p.mu.Lock()
		p.people.find(v.Person).typing[from.PhoneNumberID] = p.n.Now().Add(typingFor)
		p.mu.Unlock()
	}
	p.n.Change(m, func(v *simulator.View) { v.Status = "read" })
	p.showPerson(strings.TrimPrefix(v.Person, "+"))
	simulator.WriteJSON(w, http.StatusOK, map[string]bool{"success": true})
	return nil
}

// showPerson tells the page how a person's thread is now.
func (p *Provider) showPerson(address string) {
	p.mu.Lock()
	state := p.state(p.people.find(address))
	p.mu.Unlock()
	p.n.Publish("thread", map[string]any{"channel": simulator.ChannelWhatsApp, "person": state.Person, "state": state})
}
