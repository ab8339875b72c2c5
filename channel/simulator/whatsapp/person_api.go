package whatsapp

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// ThreadState implements simulator.Threader.
func (p *Provider) ThreadState(person string) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state(p.people.find(person))
}

func (p *Provider) getPerson(w http.ResponseWriter, r *http.Request) {
	if address, ok := p.personInPath(w, r); ok {
		simulator.WriteJSON(w, http.StatusOK, p.ThreadState(address))
	}
}

// changePerson sets what the body names of a person and leaves the rest.
func (p *Provider) changePerson(w http.ResponseWriter, r *http.Request) {
	address, ok := p.personInPath(w, r)
	if !ok {
		return
	}
	var in struct {
		ProfileName *string `json:"profileName"`
		Username    *string `json:"username"`
		HideNumber  *bool   `json:"hideNumber"`
		OnWhatsApp  *bool   `json:"onWhatsApp"`
	}
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	p.mu.Lock()
	one := p.people.find(address)
	if in.ProfileName != nil {
		one.name = *in.ProfileName
	}
	if in.Username != nil {
		one.username = strings.TrimPrefix(*in.Username, "@")
	}
	if in.HideNumber != nil {
		one.hidden = *in.HideNumber
	}
	if in.OnWhatsApp != nil {
		one.absent = !*in.OnWhatsApp
	}
	p.mu.Unlock()
	p.showPerson(address)
	simulator.WriteJSON(w, http.StatusOK, p.ThreadState(address))
}

// postRead has a person read what was delivered, and tells it.
func (p *Provider) postRead(w http.ResponseWriter, r *http.Request) {
	address, ok := p.personInPath(w, r)
	if !ok {
		return
	}
	p.mu.Lock()
	one := p.people.find(address)
	person := one.thread()
	p.mu.Unlock()
	unread := []simulator.View{}
	p.n.Newest(func(v simulator.View) bool {
		if v.Person == person && v.Direction == simulator.Outbound && v.Status == "delivered" {
			unread = append(unread, v)
		}
		return true
	})
	for _, v := range slices.Backward(unread) {
		m, ok := p.n.Find(v.SID)
		content, isOurs := v.Content.(*Content)
		if !ok || !isOurs {
			continue
		}
		p.n.Follow(simulator.Track{Message: m, Works: []simulator.Step{{Status: "read"}},
			Tell: p.teller(m, p.number(content.PhoneNumberID), one, &draft{content: *content}, simulator.Outcome{})})
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]int{"read": len(unread)})
}

// postPreference has a person stop or resume marketing messages, and tells it.
func (p *Provider) postPreference(w http.ResponseWriter, r *http.Request) {
	address, ok := p.personInPath(w, r)
	if !ok {
		return
	}
	var in struct {
		Marketing string `json:"marketing"`
		To        string `json:"to,omitempty"`
	}
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	if in.Marketing != "stop" && in.Marketing != "resume" {
		simulator.BadField("marketing", "must be stop or resume").Write(w)
		return
	}
	to, bad := p.addressee(address, in.To)
	if bad != nil {
		bad.Write(w)
		return
	}
	p.mu.Lock()
	one := p.people.find(address)
	one.stopped = in.Marketing == "stop"
	contact := one.contact()
	preference := map[string]any{
		"user_id": one.userID, "detail": "User requested to " + in.Marketing + " marketing messages",
		"category": "marketing_messages", "value": in.Marketing, "timestamp": p.n.Now().Unix(),
	}
	if !one.hidden {
		preference["wa_id"] = one.waID
	}
	p.mu.Unlock()
	p.showPerson(address)
	p.event(w, change{to, "user_preferences", map[string]any{
		"messaging_product": name, "metadata": metadata(to), "contacts": []any{contact}, "user_preferences": []any{preference},
	}})
}

// event tells something that is no message, and answers what became of it.
func (p *Provider) event(w http.ResponseWriter, c change) {
	started := time.Now()
	a, err := p.webhook(c, false, c.field).Send()
	state := simulator.WebhookState{URL: c.number.CallbackURL, Status: a.Status, Taken: a.Status >= 200 && a.Status < 300,
		Ms: time.Since(started).Milliseconds()}
	if err != nil {
		state.Error = err.Error()
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"webhook": state})
}

// postNumberChange has a person change the number, and tells it from the old one.
func (p *Provider) postNumberChange(w http.ResponseWriter, r *http.Request) {
	address, ok := p.personInPath(w, r)
	if !ok {
		return
	}
	var in struct {
		Number string `json:"number"`
		To     string `json:"to,omitempty"`
	}
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	if !number.MatchString(in.Number) {
		simulator.BadField("number", "is not a phone number such as +15551230001").Write(w)
		return
	}
	to, bad := p.addressee(address, in.To)
	if bad != nil {
		bad.Write(w)
		return
	}
	p.mu.Lock()
	one := p.people.find(address)
	old, oldUser, contact := one.waID, one.userID, one.contact()
	p.people.move(one, in.Number)
	system := map[string]any{"type": "user_changed_number", "wa_id": one.waID, "user_id": one.userID,
		"body": "User " + one.name + " changed from " + old + " to " + one.waID}
	message := map[string]any{"id": p.messageID(), "timestamp": p.stamp(""), "type": "system", "system": system, "from_user_id": oldUser}
	if !one.hidden {
		message["from"] = old
	}
	p.mu.Unlock()
	p.showPerson(in.Number)
	p.event(w, change{to, "messages", map[string]any{
		"messaging_product": name, "metadata": metadata(to), "contacts": []any{contact}, "messages": []any{message},
	}})
}
