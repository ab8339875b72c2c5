package whatsapp

import (
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Rebuild implements channel.Templater.
func (s *sender) Rebuild(n *heliograph.Native, find func(name, language string) *channel.Template) (*heliograph.Content, bool) {
	if n == nil || n.Schema != Schema {
		return nil, false
	}
	sent := object(n.Message)
	if sent.text("type") != "template" {
		return nil, false
	}
	template := sent.object("template")
	t := s.findTemplate(template.text("name"), template.object("language").text("code"), find)
	if t == nil {
		return nil, false
	}
	r := rebuilding{content: &heliograph.Content{Type: heliograph.TextMessage}}
	r.values(template.list("components"))
	parts := fields{"components": t.Components}
	for _, c := range parts.list("components") {
		r.component(c)
	}
	r.content.Text = strings.Join(r.lines, "\n")
	return r.content, r.content.Text != "" || r.content.MediaURL != ""
}

// findTemplate looks for the template in its language; then in the language
// without its country, and in the integration's own.
func (s *sender) findTemplate(name, language string, find func(name, language string) *channel.Template) *channel.Template {
	if name == "" || find == nil {
		return nil
	}
	base, _, _ := strings.Cut(language, "_")
	tried := map[string]bool{"": true}
	for _, l := range []string{language, base, s.settings.language()} {
		if tried[l] {
			continue
		}
		tried[l] = true
		if t := find(name, l); t != nil {
			return t
		}
	}
	return nil
}

// rebuilding puts a template together with what was sent for it.
type rebuilding struct {
	content      *heliograph.Content
	lines        []string
	header, body []fields         // their parameters
	button       map[int][]fields // by the button's place
}

func (r *rebuilding) values(components []fields) {
	r.button = map[int][]fields{}
	for _, c := range components {
		parameters := c.list("parameters")
		switch strings.ToLower(c.text("type")) {
		case "header":
			r.header = parameters
		case "body":
			r.body = parameters
		case "button":
			if i, err := strconv.Atoi(c.text("index")); err == nil {
				r.button[i] = parameters
			}
		}
	}
}

func (r *rebuilding) component(c fields) {
	switch strings.ToUpper(c.text("type")) {
	case "HEADER":
		r.headline(c)
	case "BODY":
		r.line(fill(c.text("text"), r.body))
	case "FOOTER":
		r.line(c.text("text"))
	case "BUTTONS":
		r.actions(c.list("buttons"))
	}
}

func (r *rebuilding) line(text string) {
	if text != "" {
		r.lines = append(r.lines, text)
	}
}

// headline is a text, a place, or a file, which makes it a message of that type.
func (r *rebuilding) headline(c fields) {
	format := strings.ToLower(c.text("format"))
	if format == "" || format == "text" {
		r.line(fill(c.text("text"), r.header))
		return
	}
	for _, p := range r.header {
		value := p.object(format)
		if format == "location" {
			place := heliograph.Content{
				Type:        heliograph.LocationMessage,
				Coordinates: &heliograph.Coordinates{Lat: value.number("latitude"), Long: value.number("longitude")},
				Venue:       &heliograph.Venue{Name: value.text("name"), Address: value.text("address")},
			}
			r.line(place.Summary())
			return
		}
		if link := value.text("link"); link != "" {
			r.content.Type = heliograph.FileMessage
			if format == image {
				r.content.Type = heliograph.ImageMessage
			}
			r.content.MediaURL = link
			r.content.AltText = or(value.text("filename"), fileName(link))
			return
		}
	}
}

// actions are the buttons. Answers may not stand beside links, so that there
// they are buttons like the others.
func (r *rebuilding) actions(buttons []fields) {
	answer := "reply"
	for _, b := range buttons {
		if strings.ToUpper(b.text("type")) != "QUICK_REPLY" {
			answer = "postback"
		}
	}
	for i, b := range buttons {
		a := heliograph.Action{Text: b.text("text")}
		given := r.button[i]
		switch strings.ToUpper(b.text("type")) {
		case "QUICK_REPLY":
			a.Type, a.Payload = answer, or(first(given, "payload"), a.Text)
		case "URL":
			a.Type, a.URI = "link", fill(b.text("url"), given)
		case "PHONE_NUMBER":
			a.Type, a.URI = "link", "tel:"+b.text("phone_number")
		case "COPY_CODE":
			a.Type, a.Text, a.Payload = "postback", or(a.Text, "Copy code"), or(first(given, "coupon_code"), first(given, "text"))
		case "OTP":
			a.Type, a.Text, a.Payload = "postback", or(a.Text, "Copy code"), first(given, "text")
		default:
			a.Type, a.Payload = "postback", a.Text
		}
		a.Payload = or(a.Payload, onlyFor(a.Type, a.Text))
		if a.Text != "" {
			r.content.Actions = append(r.content.Actions, a)
		}
	}
}

// onlyFor returns the payload of an action that must have one.
func onlyFor(kind, text string) string {
	if kind == "link" {
		return ""
	}
	return text
}

func first(parameters []fields, key string) string {
	for _, p := range parameters {
		if v := p.text(key); v != "" {
			return v
		}
	}
	return ""
}

// fill puts parameters into the places of a text, by name or in order. A place
// for which nothing was sent stays as it is.
func fill(text string, parameters []fields) string {
	var out strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		out.WriteString(before)
		if !open {
			return out.String()
		}
		value, known := "", false
		if closed {
			value, known = parameter(strings.TrimSpace(name), parameters)
		}
		if !known {
			out.WriteString("{{")
			text = rest
			continue
		}
		out.WriteString(value)
		text = after
	}
}

func parameter(name string, parameters []fields) (string, bool) {
	for _, p := range parameters {
		if p.text("parameter_name") == name && name != "" {
			return shownValue(p), true
		}
	}
	n, err := strconv.Atoi(name)
	if err != nil || n < 1 || n > len(parameters) || parameters[n-1].text("parameter_name") != "" {
		return "", false
	}
	return shownValue(parameters[n-1]), true
}

// shownValue is what stands for a parameter. How WhatsApp writes amounts and
// dates depends on the phone, so that of these we have what stands in for them.
func shownValue(p fields) string {
	switch kind := p.text("type"); kind {
	case "currency", "date_time":
		return p.object(kind).text("fallback_value")
	}
	return p.text("text")
}
