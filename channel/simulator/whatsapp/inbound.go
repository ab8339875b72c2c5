package whatsapp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"heliograph/channel/simulator"
)

// said is what a person sends: a message as the webhook tells it, without what
// WhatsApp itself adds. Of a file its id is enough.
type said struct {
	To          string          `json:"to,omitempty"` // a phone number id; none: whoever wrote last
	Type        string          `json:"type"`
	Text        *saidText       `json:"text,omitempty"`
	Image       *saidFile       `json:"image,omitempty"`
	Video       *saidFile       `json:"video,omitempty"`
	Audio       *saidFile       `json:"audio,omitempty"`
	Document    *saidFile       `json:"document,omitempty"`
	Sticker     *saidFile       `json:"sticker,omitempty"`
	Location    *Location       `json:"location,omitempty"`
	Contacts    json.RawMessage `json:"contacts,omitempty"`
	Reaction    *Reaction       `json:"reaction,omitempty"`
	Button      *saidButton     `json:"button,omitempty"`
	Interactive json.RawMessage `json:"interactive,omitempty"`
	Order       json.RawMessage `json:"order,omitempty"`
	Referral    json.RawMessage `json:"referral,omitempty"`
	Context     *saidContext    `json:"context,omitempty"`
}

type saidText struct {
	Body string `json:"body"`
}

type saidFile struct {
	ID       string `json:"id"`
	MimeType string `json:"mime_type,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
	Voice    bool   `json:"voice,omitempty"`
	Animated bool   `json:"animated,omitempty"`
}

type saidButton struct {
	Text    string `json:"text"`
	Payload string `json:"payload"`
}

type saidContext struct {
	From       string `json:"from,omitempty"`
	ID         string `json:"id,omitempty"`
	Forwarded  bool   `json:"forwarded,omitempty"`
	Frequently bool   `json:"frequently_forwarded,omitempty"`
}

// personInPath returns whom the address names.
func (p *Provider) personInPath(w http.ResponseWriter, r *http.Request) (string, bool) {
	in := r.PathValue("person")
	if isUserID(in) {
		return in, true
	}
	if d := digits(in); len(d) >= 7 && len(d) <= 15 && (in == d || in == "+"+d) {
		return "+" + d, true
	}
	simulator.BadField("person", "is not a number such as +15551230001, nor a user id").Write(w)
	return "", false
}

// postMessage sends a message from a person to a business number.
func (p *Provider) postMessage(w http.ResponseWriter, r *http.Request) {
	address, ok := p.personInPath(w, r)
	if !ok {
		return
	}
	var in said
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	p.say(w, address, in)
}

func (p *Provider) say(w http.ResponseWriter, address string, in said) {
	content, body, bad := p.understand(&in)
	if bad != nil {
		bad.Write(w)
		return
	}
	to, bad := p.addressee(address, in.To)
	if bad != nil {
		bad.Write(w)
		return
	}
	content.PhoneNumberID = to.PhoneNumberID
	p.mu.Lock()
	one := p.people.find(address)
	one.wrote[to.PhoneNumberID] = p.n.Now()
	person := one.thread()
	p.mu.Unlock()
	m := p.n.Add(simulator.View{
		SID: p.messageID(), AccountSID: to.AccountID, Direction: simulator.Inbound, Person: person,
		From: person, To: "+" + digits(to.DisplayPhoneNumber), Body: body, Content: content, Status: "received",
	})
	p.showPerson(address)
	webhook := p.n.Tell(m, *p.webhook(p.inbound(one, to, p.n.See(m).SID, in), false, in.Type))
	webhook.URL = to.CallbackURL
	simulator.WriteJSON(w, http.StatusCreated, map[string]any{"message": p.n.See(m), "webhook": webhook})
}

// inbound is the change that tells of a person's message.
func (p *Provider) inbound(one *person, to Number, id string, in said) change {
	message := map[string]any{}
	in.To = ""
	raw, _ := json.Marshal(in)
	_ = json.Unmarshal(raw, &message)
	if in.Type == "unsupported" {
		message["errors"] = []any{statusError(131051, "Message type is currently not supported.")}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	own := ""
	if strings.HasSuffix(one.waID, "0612") {
		own = ownMillis
	}
	message["id"], message["timestamp"], message["from_user_id"] = id, p.stamp(own), one.userID
	if !one.hidden {
		message["from"] = one.waID
	}
	if in.Context != nil && in.Context.ID != "" {
		message["context"].(map[string]any)["from"] = digits(to.DisplayPhoneNumber)
	}
	return change{to, "messages", map[string]any{
		"messaging_product": name, "metadata": metadata(to), "contacts": []any{one.contact()}, "messages": []any{message},
	}}
}

// contact is a person as webhooks show one. The lock is held.
func (one *person) contact() map[string]any {
	profile := map[string]any{"name": one.name}
	if one.username != "" {
		profile["username"] = one.username
	}
	out := map[string]any{"profile": profile, "user_id": one.userID}
	if !one.hidden {
		out["wa_id"] = one.waID
	}
	return out
}

// addressee finds whom a person writes to: the number that is named, or that
// wrote last, or the only one.
func (p *Provider) addressee(address, id string) (Number, *simulator.Problem) {
	p.mu.Lock()
	person := p.people.find(address).thread()
	p.mu.Unlock()
	if id == "" {
		p.n.Newest(func(v simulator.View) bool {
			if c, ok := v.Content.(*Content); ok && v.Person == person && id == "" {
				id = c.PhoneNumberID
			}
			return id == ""
		})
	}
	if known := p.numbers(""); id == "" && len(known) == 1 {
		id = known[0].PhoneNumberID
	}
	if id == "" {
		return Number{}, simulator.BadField("to", "is needed: nobody has written to this person yet")
	}
	if !p.isNumber(id) {
		return Number{}, simulator.BadField("to", "is not a phone number id")
	}
	n := p.number(id)
	for _, missing := range []struct {
		value string
		err   error
	}{{n.CallbackURL, errNoCallback}, {n.AppSecret, errNoSecret}} {
		if missing.value == "" {
			return n, &simulator.Problem{Status: http.StatusConflict, Code: "no_webhook", Field: "to", Message: missing.err.Error()}
		}
	}
	return n, nil
}

// understand checks what a person sends and says how it looks on the phone.
func (p *Provider) understand(in *said) (*Content, string, *simulator.Problem) {
	c := &Content{Type: in.Type, Location: in.Location, Contacts: in.Contacts, Reaction: in.Reaction, Native: in.Interactive}
	if in.Context != nil && in.Context.ID != "" {
		c.Quote = p.quote(in.Context.ID)
	}
	files := map[string]*saidFile{"image": in.Image, "video": in.Video, "audio": in.Audio, "document": in.Document, "sticker": in.Sticker}
	need := func(ok bool, field string) *simulator.Problem {
		if ok {
			return nil
		}
		return simulator.BadField(field, "is needed")
	}
	switch in.Type {
	case "text":
		if bad := need(in.Text != nil && strings.TrimSpace(in.Text.Body) != "", "text.body"); bad != nil {
			return nil, "", bad
		}
		c.Text = in.Text.Body
		return c, c.Text, nil
	case "image", "video", "audio", "document", "sticker":
		ref := files[in.Type]
		if bad := need(ref != nil && ref.ID != "", in.Type+".id"); bad != nil {
			return nil, "", bad
		}
		return p.understandFile(c, ref)
	case "location":
		return c, "[location]", need(in.Location != nil, "location")
	case "contacts":
		return c, "[contact]", need(len(in.Contacts) > 0, "contacts")
	case "reaction":
		if bad := need(in.Reaction != nil && in.Reaction.MessageID != "", "reaction.message_id"); bad != nil {
			return nil, "", bad
		}
		return c, "[reaction " + in.Reaction.Emoji + "]", nil
	case "button":
		if bad := need(in.Button != nil && in.Button.Text != "", "button.text"); bad != nil {
			return nil, "", bad
		}
		c.Text = in.Button.Text
		return c, c.Text, nil
	case "interactive":
		c.Text = chosenTitle(in.Interactive)
		return c, c.Text, need(c.Text != "", "interactive")
	case "order", "unsupported":
		return c, "[" + in.Type + "]", nil
	}
	return nil, "", simulator.BadField("type", "must be one of text, image, video, audio, document, sticker, location, contacts, "+
		"reaction, button, interactive, order, unsupported")
}

func (p *Provider) understandFile(c *Content, ref *saidFile) (*Content, string, *simulator.Problem) {
	f := p.file(ref.ID)
	if f == nil {
		return nil, "", simulator.BadField(c.Type+".id", "is not a file that is here: POST /sim/whatsapp/media first")
	}
	if _, ok := accepts(c.Type, f.kind); !ok {
		return nil, "", simulator.BadField(c.Type+".id", "is a file of type "+f.kind+", which cannot be sent as "+c.Type)
	}
	ref.MimeType, ref.SHA256 = f.kind, f.sum
	if c.Type == "document" && ref.Filename == "" {
		ref.Filename = f.name
	}
	c.Media = &Media{Kind: c.Type, Caption: ref.Caption, Name: ref.Filename, Voice: ref.Voice}
	c.Media.found(f)
	c.Text = ref.Caption
	return c, strings.TrimSpace("[" + c.Type + "] " + ref.Caption), nil
}

// chosenTitle is what a person chose of an interactive message.
func chosenTitle(raw json.RawMessage) string {
	var one struct {
		Button struct{ Title string } `json:"button_reply"`
		List   struct{ Title string } `json:"list_reply"`
		Flow   struct{ Body string }  `json:"nfm_reply"`
	}
	_ = json.Unmarshal(raw, &one)
	return one.Button.Title + one.List.Title + one.Flow.Body
}

func sortChats(chats []Chat) {
	slices.SortFunc(chats, func(a, b Chat) int { return strings.Compare(a.PhoneNumberID, b.PhoneNumberID) })
}

func notFound(what string) *simulator.Problem {
	return &simulator.Problem{Status: http.StatusNotFound, Code: "not_found", Message: fmt.Sprintf("there is no such %s", what)}
}
