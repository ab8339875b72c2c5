package whatsapp

import (
	"encoding/json"
	"fmt"
	"strings"
)

// sentTemplate is the object of that type.
type sentTemplate struct {
	name       string
	language   string
	components []sentComponent
}

type sentComponent struct {
	Type       string          `json:"type"`
	SubType    string          `json:"sub_type"`
	Index      json.RawMessage `json:"index"`
	Parameters []parameter     `json:"parameters"`
}

type parameter struct {
	Type     string    `json:"type"`
	Name     string    `json:"parameter_name"`
	Text     string    `json:"text"`
	Payload  string    `json:"payload"`
	Coupon   string    `json:"coupon_code"`
	Image    *fileRef  `json:"image"`
	Video    *fileRef  `json:"video"`
	Document *fileRef  `json:"document"`
	Location *Location `json:"location"`
	Currency *struct {
		Fallback string `json:"fallback_value"`
		Code     string `json:"code"`
		Amount   int64  `json:"amount_1000"`
	} `json:"currency"`
	DateTime *struct {
		Fallback string `json:"fallback_value"`
	} `json:"date_time"`
}

// value is the text that a parameter stands for.
func (v *parameter) value() string {
	switch {
	case v.Currency != nil:
		return v.Currency.Fallback
	case v.DateTime != nil:
		return v.DateTime.Fallback
	}
	return v.Text
}

func readSent(in fields) (out sentTemplate, e *graphError) {
	var object fields
	if e := in.into("template", &object); e != nil {
		return out, e
	}
	if e := object.only("template", "name", "language", "components"); e != nil {
		return out, e
	}
	var language struct {
		Code   string `json:"code"`
		Policy string `json:"policy"`
	}
	out.name = object.text("name")
	if out.name == "" {
		return out, refuse(131008, "template.name is required")
	}
	if e := object.into("language", &language); e != nil {
		return out, e
	}
	if language.Code == "" || language.Policy != "" && language.Policy != "deterministic" {
		return out, refuse(131009, "template.language needs a code, and no policy but deterministic")
	}
	out.language = language.Code
	if raw, ok := object["components"]; ok {
		if err := json.Unmarshal(raw, &out.components); err != nil {
			return out, refuse(100, "Param template['components'] has a wrong type: "+err.Error())
		}
	}
	return out, nil
}

// readTemplate fills a template with what was sent for it.
func (p *Provider) readTemplate(d *draft, in fields, from Number) *graphError {
	sent, e := readSent(in)
	if e != nil {
		return e
	}
	p.mu.Lock()
	known := p.templates.find(from.AccountID, sent.name, sent.language)
	var one template
	if known != nil {
		one = known.show()
	}
	p.mu.Unlock()
	d.content.Template = &Sent{Name: sent.name, Language: sent.language, Category: one.Category}
	if known == nil {
		if p.own.Get().Unlisted {
			d.unlisted(sent)
			return nil
		}
		return refuse(132001, fmt.Sprintf("template name (%s) does not exist in %s", sent.name, sent.language))
	}
	switch one.Status {
	case approved:
	case paused:
		return refuse(132015, "template "+sent.name+" is paused")
	case disabled:
		return refuse(132016, "template "+sent.name+" is disabled")
	default:
		return refuse(132001, fmt.Sprintf("template name (%s) does not exist in %s: it is not approved", sent.name, sent.language))
	}
	if one.Category == "AUTHENTICATION" && d.byUser {
		return refuse(131009, "authentication templates cannot be sent to a user id")
	}
	return p.fill(d, &one, sent)
}

// unlisted shows what can be shown of a template that nobody made.
func (d *draft) unlisted(sent sentTemplate) {
	parts := []string{}
	for _, c := range sent.components {
		for _, v := range c.Parameters {
			if text := v.value(); text != "" {
				parts = append(parts, text)
			}
		}
	}
	d.content.Text = sent.name + ": " + strings.Join(parts, ", ")
	d.body = d.content.Text
}

// fill builds the message that the person sees.
func (p *Provider) fill(d *draft, one *template, sent sentTemplate) *graphError {
	header, body := sentPart(sent, "header"), sentPart(sent, "body")
	head := one.part("HEADER")
	if e := p.fillHeader(d, head, header); e != nil {
		return e
	}
	text, e := substitute("body", one.part("BODY").Text, one.Format, body)
	if e != nil {
		return e
	}
	if one.part("BODY").Security {
		text += " For your security, do not share this code."
	}
	if len([]rune(text)) > 1024 {
		return refuse(132005, "the body has more than 1024 characters")
	}
	d.content.Text, d.content.Footer = text, one.part("FOOTER").Text
	d.body = text
	if d.content.Header != nil && d.content.Header.Text != "" {
		d.body = d.content.Header.Text + "\n" + text
	}
	for i, b := range one.part("BUTTONS").Buttons {
		tap, e := b.tap(i, sent)
		if e != nil {
			return e
		}
		d.content.Buttons = append(d.content.Buttons, tap)
	}
	return nil
}

func sentPart(sent sentTemplate, kind string) []parameter {
	for _, c := range sent.components {
		if strings.EqualFold(c.Type, kind) {
			return c.Parameters
		}
	}
	return nil
}

func (p *Provider) fillHeader(d *draft, head component, given []parameter) *graphError {
	format := strings.ToLower(head.Format)
	switch format {
	case "", "text":
		text, e := substitute("header", head.Text, "", given)
		if e == nil && text != "" {
			d.content.Header = &Head{Text: text}
		}
		return e
	case "location":
		if len(given) != 1 || given[0].Location == nil {
			return refuse(132012, "header: Format mismatch, expected LOCATION")
		}
		d.content.Location = given[0].Location
		return nil
	}
	if len(given) != 1 || given[0].Type != format {
		received := "UNKNOWN"
		if len(given) > 0 {
			received = strings.ToUpper(given[0].Type)
		}
		return refuse(132012, fmt.Sprintf("header: Format mismatch, expected %s, received %s", strings.ToUpper(format), received))
	}
	ref := map[string]*fileRef{"image": given[0].Image, "video": given[0].Video, "document": given[0].Document}[format]
	if ref == nil {
		return refuse(132012, "header: the "+format+" is missing")
	}
	m, e := p.refer(d, *ref, format)
	if e == nil {
		d.content.Header = &Head{Media: m}
	}
	return e
}

// substitute puts parameters into a text, by position or by name.
func substitute(part, text, format string, given []parameter) (string, *graphError) {
	want := variables(text)
	if len(given) != len(want) {
		return "", refuse(132000, fmt.Sprintf("%s: number of localizable_params (%d) does not match the expected number of params (%d)",
			part, len(given), len(want)))
	}
	values := map[string]string{}
	for i, v := range given {
		if v.Type != "text" && v.Type != "currency" && v.Type != "date_time" {
			return "", refuse(132012, part+": Format mismatch, expected TEXT, received "+strings.ToUpper(v.Type))
		}
		name := want[i]
		if format == "NAMED" {
			name = v.Name
		}
		text := v.value()
		if text == "" {
			return "", refuse(131008, part+": parameter "+name+" has no text")
		}
		if strings.ContainsAny(text, "\n\t") || strings.Contains(text, "     ") {
			return "", refuse(132018, part+": Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
		}
		values[name] = text
	}
	for _, name := range want {
		if _, ok := values[name]; !ok {
			return "", refuse(132000, part+": Parameter name is missing or empty: "+name)
		}
	}
	return variable.ReplaceAllStringFunc(text, func(m string) string { return values[variable.FindStringSubmatch(m)[1]] }), nil
}

// tap is a button of a template as it is on the person's phone.
func (b *button) tap(index int, sent sentTemplate) (Tap, *graphError) {
	var given *parameter
	for i := range sent.components {
		c := &sent.components[i]
		if strings.EqualFold(c.Type, "button") && strings.Trim(string(c.Index), `"`) == fmt.Sprint(index) && len(c.Parameters) > 0 {
			given = &c.Parameters[0]
		}
	}
	switch b.Type {
	case "QUICK_REPLY":
		t := Tap{Kind: tapTemplate, Text: b.Text, ID: b.Text}
		if given != nil && given.Payload != "" {
			t.ID = given.Payload
		}
		return t, nil
	case "URL":
		if len(variables(b.URL)) > 0 && (given == nil || given.Text == "") {
			return Tap{}, refuse(131008, fmt.Sprintf("buttons: Button at index %d of type Url requires a parameter", index))
		}
		t := Tap{Kind: tapURL, Text: b.Text, Value: b.URL}
		if given != nil {
			t.Value = variable.ReplaceAllLiteralString(b.URL, given.Text)
		}
		if b.OTPType != "" && given != nil {
			t.Kind, t.Value = tapCopy, given.Text
		}
		return t, nil
	case "COPY_CODE":
		if given == nil || given.Coupon == "" && given.Text == "" {
			return Tap{}, refuse(131008, fmt.Sprintf("buttons: Button at index %d of type CopyCode requires a parameter", index))
		}
		return Tap{Kind: tapCopy, Text: b.Text, Value: given.Coupon + given.Text}, nil
	case "PHONE_NUMBER":
		return Tap{Kind: tapCall, Text: b.Text, Value: b.PhoneNumber}, nil
	case "FLOW":
		return Tap{Kind: tapFlow, Text: b.Text, Value: b.FlowID}, nil
	}
	return Tap{Kind: tapCopy, Text: b.Text}, nil
}
