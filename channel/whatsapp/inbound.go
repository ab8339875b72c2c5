package whatsapp

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// message reads a customer's message. What we have no form for becomes a text
// that says so: people must not wait for an answer to something nobody saw.
func (b *batch) message(value, f fields) {
	id := f.text("id")
	from, aliases := personOf(value, f.text("from"), f.text("from_user_id"), f.text("from_parent_user_id"))
	at := moment(f.text("timestamp"))
	if id == "" || f.text("type") == "request_welcome" {
		return
	}
	if f.text("type") == "system" {
		b.moved(id, at, from, f.object("system"))
		return
	}
	if from == "" {
		return
	}
	m := &channel.MessageFact{
		From: from, Aliases: aliases, External: id,
		To:              addressOf(value.object("metadata").text("display_phone_number")),
		AnswersExternal: f.object("context").text("id"), Info: origin(value, f),
	}
	if c := contactOf(value, f.text("from"), f.text("from_user_id")); c != nil {
		m.Name = c.object("profile").text("name")
	}
	say(m, f)
	b.add(id, at, channel.Fact{Message: m})
}

// moved says that a person has a new number, and with it a new business-scoped
// id; or a new id alone, when the number is hidden.
func (b *batch) moved(id string, at heliograph.Millis, from string, f fields) {
	switch f.text("type") {
	case "user_changed_number", "customer_changed_number", "user_changed_user_id":
	default: // a new device's keys and the like
		return
	}
	if f.text("type") == "user_changed_user_id" {
		from = or(f.text("previous_user_id"), from)
	}
	from = or(from, or(f.text("customer"), f.text("previous_user_id")))
	if a, ok := Normalise(from); ok {
		from = a
	}
	to := addAliases(nil, from, f.text("wa_id"), f.text("new_wa_id"), f.text("user_id"), f.text("parent_user_id"))
	if from == "" || len(to) == 0 {
		return
	}
	moved := &channel.MovedFact{From: from, To: to[0]}
	if len(to) > 1 {
		moved.Aliases = to[1:]
	}
	b.add(id, at, channel.Fact{Moved: moved})
}

// origin is what is told of where a message comes from.
func origin(value, f fields) map[string]string {
	out := map[string]string{}
	put := func(key, said string) {
		if said != "" {
			out[key] = said
		}
	}
	if c := contactOf(value, f.text("from"), f.text("from_user_id")); c != nil {
		put("username", c.object("profile").text("username"))
	}
	put("group", f.text("group_id"))
	ad := f.object("referral")
	put("adUrl", ad.text("source_url"))
	put("adId", ad.text("source_id"))
	put("adHeadline", ad.text("headline"))
	put("adClick", ad.text("ctwa_clid"))
	if c := f.object("context"); c.flag("forwarded") || c.flag("frequently_forwarded") {
		put("forwarded", "true")
	}
	product := f.object("context").object("referred_product")
	put("product", product.text("product_retailer_id"))
	if len(out) == 0 {
		return nil
	}
	return out
}

// say reads what a message says, by its type.
func say(m *channel.MessageFact, f fields) {
	kind := f.text("type")
	body := f.object(kind)
	switch kind {
	case "text":
		m.Text = body.text("body")
	case image, video, audio, "voice", document, sticker:
		attach(m, body, f.list("errors"))
	case "location":
		place(m, body)
	case "contacts":
		m.Text = cards(f.list("contacts"))
	case "button":
		m.Text, m.Payload = body.text("text"), body.text("payload")
	case "interactive":
		chosen(m, body)
	case "reaction":
		m.Reaction, m.Text, m.AnswersExternal = true, body.text("emoji"), body.text("message_id")
		return
	case "order":
		m.Text = order(body)
	}
	if m.Text == "" && m.Payload == "" && m.Content == nil && len(m.Media) == 0 {
		m.Text = unreadable(kind, f.list("errors"))
	}
}

func attach(m *channel.MessageFact, body fields, lost []fields) {
	m.Text = body.text("caption")
	if id := body.text("id"); id != "" {
		m.Media = []channel.Media{{
			ID: id, Type: body.text("mime_type"), Name: body.text("filename"), SHA256: digest(body.text("sha256")),
			Size: int64(body.number("file_size")),
		}}
		return
	}
	if len(lost) > 0 || m.Text != "" {
		note := unreadable("", lost)
		if m.Text != "" {
			note = m.Text + "\n" + note
		}
		m.Text = note
	}
}

// digest is a SHA-256 in hex; Meta writes some in Base64.
func digest(said string) string {
	raw, err := hex.DecodeString(said)
	if err != nil {
		raw, err = base64.StdEncoding.DecodeString(said)
	}
	if err != nil || len(raw) != 32 {
		return ""
	}
	return hex.EncodeToString(raw)
}

func place(m *channel.MessageFact, body fields) {
	if body.text("latitude") == "" || body.text("longitude") == "" {
		return
	}
	m.Content = &heliograph.Content{
		Type:        heliograph.LocationMessage,
		Coordinates: &heliograph.Coordinates{Lat: body.number("latitude"), Long: body.number("longitude")},
	}
	if name, address := body.text("name"), body.text("address"); name+address != "" {
		m.Content.Venue = &heliograph.Venue{Name: name, Address: address}
	}
}

// chosen reads what a person chose or filled in.
func chosen(m *channel.MessageFact, body fields) {
	kind := body.text("type")
	answer := body.object(kind)
	switch kind {
	case "button_reply", "list_reply":
		m.Text, m.Payload = answer.text("title"), answer.text("id")
	case "nfm_reply":
		m.Text, m.Payload = or(answer.text("body"), answer.text("name")), answer.text("response_json")
	}
}

// cards writes contacts as a person reads them.
func cards(contacts []fields) string {
	var lines []string
	for _, c := range contacts {
		name := c.object("name")
		full := or(name.text("formatted_name"), strings.TrimSpace(name.text("first_name")+" "+name.text("last_name")))
		line := []string{full, c.object("org").text("company")}
		for _, p := range c.list("phones") {
			line = append(line, or(p.text("phone"), p.text("wa_id")))
		}
		for _, e := range c.list("emails") {
			line = append(line, e.text("email"))
		}
		for _, u := range c.list("urls") {
			line = append(line, u.text("url"))
		}
		lines = append(lines, joined(line, ", "))
	}
	return joined(lines, "\n")
}

// order writes what a person put into the cart.
func order(body fields) string {
	lines := []string{body.text("text")}
	for _, p := range body.list("product_items") {
		line := or(p.text("quantity"), "1") + " × " + p.text("product_retailer_id")
		if price := p.text("item_price"); price != "" {
			line += ", " + strings.TrimSpace(price+" "+p.text("currency"))
		}
		lines = append(lines, line)
	}
	return joined(lines, "\n")
}

func joined(parts []string, between string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, between)
}

// unreadable stands in for what a person sent and we cannot show.
func unreadable(kind string, errors []fields) string {
	text := "The person sent something that cannot be shown here"
	switch kind {
	case "", "unsupported", "unknown":
	default:
		text += " (" + strconv.Quote(kind) + ")"
	}
	if len(errors) > 0 {
		if p := problemOf(errors[0]); p.said != "" {
			text += ": " + strings.TrimRight(p.said, ".")
		}
	}
	return text + "."
}

func addressOf(said string) string {
	if a, ok := Normalise(said); ok {
		return a
	}
	return said
}
