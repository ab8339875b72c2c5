package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"heliograph"
	"heliograph/channel"
)

// signatureHeader proves a request of Meta's.
const signatureHeader = "X-Hub-Signature-256"

// maxChallenge bounds what is given back when a webhook is set up.
const maxChallenge = 256

// Receive implements channel.Receiver. Meta has one URL for all numbers of an
// app: facts say by For which number they are about.
func (s *sender) Receive(req *channel.Request) (*channel.Received, error) {
	switch req.Path {
	case "", "/":
	default:
		return nil, invalid("there is nothing here; the webhook's URL ends with the integration's id")
	}
	switch req.Method {
	case http.MethodGet:
		return s.subscribe(req)
	case http.MethodPost:
	default:
		return nil, invalid("WhatsApp calls this URL by GET or POST")
	}
	if !s.authentic(req) {
		return nil, heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "the signature does not match the app secret")
	}
	doc := object(req.Body)
	if doc == nil {
		return nil, invalid("the body is not a JSON object")
	}
	b := batch{sender: s, seen: map[string]bool{}}
	for _, entry := range doc.list("entry") {
		for _, change := range entry.list("changes") {
			b.change(entry, change)
		}
	}
	return &channel.Received{Facts: b.facts, Answer: channel.Answer{Status: http.StatusOK}}, nil
}

// subscribe answers the question with which Meta checks a webhook's URL.
func (s *sender) subscribe(req *channel.Request) (*channel.Received, error) {
	query, err := url.ParseQuery(req.Query)
	challenge := query.Get("hub.challenge")
	if err != nil || query.Get("hub.mode") != "subscribe" || len(challenge) > maxChallenge ||
		!hmac.Equal([]byte(query.Get("hub.verify_token")), []byte(s.settings.VerifyToken)) {
		return nil, heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "the verify token is not the integration's")
	}
	return &channel.Received{Answer: channel.Answer{
		Status: http.StatusOK, ContentType: "text/plain; charset=utf-8", Body: channel.Clean(challenge),
	}}, nil
}

// authentic checks the signature over the very bytes of the body. The text of
// the signature is compared as it is: it has one spelling.
func (s *sender) authentic(req *channel.Request) bool {
	said := req.Header.Values(signatureHeader)
	if len(said) != 1 {
		return false
	}
	mac := hmac.New(sha256.New, []byte(s.settings.AppSecret))
	mac.Write(req.Body)
	return hmac.Equal([]byte(said[0]), []byte("sha256="+hex.EncodeToString(mac.Sum(nil))))
}

func invalid(message string) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "%s", message)
}

// batch gathers the facts of one request. Meta puts several into one, and may
// repeat itself within it.
type batch struct {
	sender *sender
	facts  []channel.Fact
	seen   map[string]bool
	number string // whose they are
}

func (b *batch) add(key string, at heliograph.Millis, f channel.Fact) {
	if b.seen[key] {
		return
	}
	b.seen[key] = true
	f.Key, f.At, f.For = key, at, b.number
	b.facts = append(b.facts, f)
}

// change reads one change. Of what we do not know nothing is said, so that Meta
// does not send it again.
func (b *batch) change(entry, change fields) {
	value := change.object("value")
	b.number = value.object("metadata").text("phone_number_id")
	switch change.text("field") {
	case "messages", "":
		for _, m := range value.list("messages") {
			b.message(value, m)
		}
		for _, st := range value.list("statuses") {
			b.status(st)
		}
	case "message_template_status_update", "template_category_update", "message_template_category_update",
		"message_template_quality_update", "message_template_components_update":
		b.template(entry, change, value)
	case "user_preferences":
		for _, p := range value.list("user_preferences") {
			b.preference(value, p)
		}
	}
}

// template says that a template changed. Only some of the changes have an id of
// their own, so a fact is known by all that it says.
func (b *batch) template(entry, change, value fields) {
	name := value.text("message_template_name")
	if name == "" {
		return
	}
	whole, _ := json.Marshal(change)
	sum := sha256.Sum256(append([]byte(entry.text("id")+" "+entry.text("time")+" "), whole...))
	b.add("template:"+hex.EncodeToString(sum[:16]), moment(entry.text("time")), channel.Fact{Template: &channel.TemplateFact{
		Name: name, Language: value.text("message_template_language"), Status: value.text("event"),
	}})
}

// preference is that a person stopped or resumed marketing in the app.
func (b *batch) preference(value, p fields) {
	address, _ := personOf(value, p.text("wa_id"), p.text("user_id"), p.text("parent_user_id"))
	if address == "" {
		return
	}
	word, at := p.text("value"), p.text("timestamp")
	fact := &channel.ConsentFact{Address: address, Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider, Word: word}
	switch word {
	case "stop":
		fact.Action = heliograph.OptOut
	case "resume":
		fact.Action = heliograph.OptIn
	default:
		return
	}
	if category := p.text("category"); category != "" && category != "marketing_messages" {
		return
	}
	b.add("preference:"+address+":"+word+":"+at, moment(at), channel.Fact{Consent: fact})
}

// personOf returns how a person is addressed, and the other addresses of the
// same one: by the number where it is known, else by the business-scoped id. A
// batch tells of a person apart from the messages, too.
func personOf(value fields, phone, id, parent string) (address string, aliases []string) {
	if contact := contactOf(value, phone, id); contact != nil {
		phone = or(phone, contact.text("wa_id"))
		id, parent = or(id, contact.text("user_id")), or(parent, contact.text("parent_user_id"))
	}
	for _, said := range []string{phone, id, parent} {
		if a, ok := Normalise(said); ok {
			address = a
			break
		}
	}
	if address == "" {
		address = or(phone, or(id, parent))
	}
	return address, addAliases(nil, address, phone, id, parent)
}

// contactOf finds the contact of a message in its batch; nil when there is none.
func contactOf(value fields, phone, id string) fields {
	contacts := value.list("contacts")
	for _, c := range contacts {
		if phone != "" && c.text("wa_id") == phone || id != "" && c.text("user_id") == id {
			return c
		}
	}
	if len(contacts) == 1 && phone == "" && id == "" {
		return contacts[0]
	}
	return nil
}

// moment reads a time in seconds; Meta has sent milliseconds by mistake.
func moment(said string) heliograph.Millis {
	n, err := strconv.ParseInt(said, 10, 64)
	switch {
	case err != nil || n <= 0:
		return 0
	case n >= 1e15: // no year that anybody means
		return 0
	case n >= 1e12:
		return heliograph.Millis(n)
	case n >= 1e11:
		return 0
	}
	return heliograph.Millis(n * 1000)
}
