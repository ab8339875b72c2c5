package whatsapp

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// fields is a JSON object whose members are read one by one.
type fields map[string]json.RawMessage

func (f fields) text(name string) string {
	var s string
	_ = json.Unmarshal(f[name], &s)
	return s
}

// into reads a member; a wrong type is the caller's mistake.
func (f fields) into(name string, out any) *graphError {
	raw, ok := f[name]
	if !ok {
		return refuse(131008, "Parameter '"+name+"' is missing")
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return refuse(100, "Param "+name+" has a wrong type: "+err.Error())
	}
	return nil
}

// only refuses members that the API does not know.
func (f fields) only(of string, known ...string) *graphError {
	for name := range f {
		if !slices.Contains(known, name) {
			e := refuse(100, "")
			e.title = fmt.Sprintf("Invalid parameter: unexpected key %q on param %q", name, of)
			return e
		}
	}
	return nil
}

var number = regexp.MustCompile(`^\+?[0-9][0-9 ().-]{5,24}$`)
var userID = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)

// read reads what is to be sent.
func (p *Provider) read(in fields, from Number) (draft, *graphError) {
	d := draft{opaque: in.text("biz_opaque_callback_data")}
	kind := in.text("type")
	if kind == "" {
		kind = "text"
	}
	if e := in.only("message", "messaging_product", "recipient_type", "to", "recipient", "type", "context",
		"biz_opaque_callback_data", "message_activity_sharing", kind); e != nil {
		return d, e
	}
	if e := d.readRecipient(in); e != nil {
		return d, e
	}
	if kind := in.text("recipient_type"); kind != "" && kind != "individual" {
		return d, refuse(100, "recipient_type must be individual")
	}
	if len(d.opaque) > 512 {
		return d, refuse(131009, "biz_opaque_callback_data may have at most 512 characters")
	}
	if raw, ok := in["context"]; ok {
		var context struct {
			ID string `json:"message_id"`
		}
		if json.Unmarshal(raw, &context) != nil || context.ID == "" {
			return d, refuse(131008, "context.message_id is required")
		}
		d.context = context.ID
	}
	d.content = Content{Type: kind, PhoneNumberID: from.PhoneNumberID, Native: in[kind]}
	return d, p.readContent(&d, in, kind, from)
}

func (d *draft) readRecipient(in fields) *graphError {
	if user := in.text("recipient"); user != "" && in.text("to") == "" {
		if !userID.MatchString(user) {
			return refuse(131009, "recipient is not a user id")
		}
		d.address, d.input, d.byUser = user, user, true
		return nil
	}
	d.input = in.text("to")
	if d.input == "" {
		return refuse(100, "The parameter to is required.")
	}
	if userID.MatchString(d.input) {
		return refuse(131009, "a user id belongs into recipient, not into to")
	}
	if !number.MatchString(d.input) {
		return refuse(131009, "to is not a phone number")
	}
	d.address = "+" + digits(d.input)
	return nil
}

func (p *Provider) readContent(d *draft, in fields, kind string, from Number) *graphError {
	switch kind {
	case "text":
		return d.readText(in)
	case "image", "video", "audio", "document", "sticker":
		return p.readFile(d, in, kind)
	case "location":
		return d.readLocation(in)
	case "contacts":
		var list []map[string]any
		if e := in.into(kind, &list); e != nil {
			return e
		}
		if len(list) == 0 {
			return refuse(131008, "contacts must have at least one")
		}
		for _, one := range list {
			name, _ := one["name"].(map[string]any)
			if s, _ := name["formatted_name"].(string); s == "" {
				return refuse(131008, "contacts must have a name.formatted_name")
			}
		}
		d.content.Contacts, d.body = in[kind], "[contact]"
		return nil
	case "reaction":
		var one Reaction
		if e := in.into(kind, &one); e != nil {
			return e
		}
		if one.MessageID == "" {
			return refuse(131008, "reaction.message_id is required")
		}
		d.content.Reaction, d.body = &one, "[reaction "+one.Emoji+"]"
		return nil
	case "interactive":
		return p.readInteractive(d, in)
	case "template":
		return p.readTemplate(d, in, from)
	}
	return refuse(100, "Param type must be one of {AUDIO, CONTACTS, DOCUMENT, IMAGE, INTERACTIVE, LOCATION, REACTION, STICKER, TEMPLATE, TEXT, VIDEO}")
}

func (d *draft) readText(in fields) *graphError {
	var one struct {
		Body    string `json:"body"`
		Preview bool   `json:"preview_url"`
	}
	if e := in.into("text", &one); e != nil {
		return e
	}
	if strings.TrimSpace(one.Body) == "" {
		return refuse(131008, "text.body is required")
	}
	if n := len([]rune(one.Body)); n > 4096 {
		return refuse(100, fmt.Sprintf("Param text['body'] must be at most 4096 characters long, not %d", n))
	}
	d.content.Text, d.body = one.Body, one.Body
	return nil
}

func (d *draft) readLocation(in fields) *graphError {
	var one struct {
		Latitude  *json.Number `json:"latitude"`
		Longitude *json.Number `json:"longitude"`
		Name      string       `json:"name"`
		Address   string       `json:"address"`
	}
	if e := in.into("location", &one); e != nil {
		return e
	}
	if one.Latitude == nil || one.Longitude == nil {
		return refuse(131008, "location.latitude and location.longitude are required")
	}
	lat, err1 := one.Latitude.Float64()
	long, err2 := one.Longitude.Float64()
	if err1 != nil || err2 != nil || lat < -90 || lat > 90 || long < -180 || long > 180 {
		return refuse(131009, "location is not on Earth")
	}
	d.content.Location = &Location{lat, long, one.Name, one.Address}
	d.body = "[location] " + strings.TrimSpace(one.Name+" "+one.Address)
	return nil
}

// fileRef is a file as messages name one.
type fileRef struct {
	ID       string `json:"id"`
	Link     string `json:"link"`
	Caption  string `json:"caption"`
	Filename string `json:"filename"`
	Voice    bool   `json:"voice"`
	Provider any    `json:"provider"`
}

// file finds what a reference names: a file that is here, or one that is to be
// fetched.
func (p *Provider) refer(d *draft, ref fileRef, kind string) (*Media, *graphError) {
	if (ref.ID == "") == (ref.Link == "") {
		return nil, refuse(131008, kind+" must have either id or link")
	}
	m := &Media{Kind: kind, ID: ref.ID, Link: ref.Link, Caption: ref.Caption, Name: ref.Filename, Voice: ref.Voice}
	if ref.ID != "" {
		f := p.file(ref.ID)
		if f == nil {
			return nil, refuse(100, "Param "+kind+"['id'] is not a valid whatsapp business account media attachment ID")
		}
		if _, ok := accepts(kind, f.kind); !ok {
			return nil, refuse(131053, "A file of type "+f.kind+" cannot be sent as "+kind)
		}
		m.found(f)
	}
	d.files = append(d.files, m)
	return m, nil
}

// found notes which file it is.
func (m *Media) found(f *file) {
	m.ID, m.MimeType, m.URL = f.id, f.kind, "/sim/whatsapp/media/"+f.id
	if m.Name == "" {
		m.Name = f.name
	}
}

func (p *Provider) readFile(d *draft, in fields, kind string) *graphError {
	var ref fileRef
	if e := in.into(kind, &ref); e != nil {
		return e
	}
	if ref.Caption != "" && (kind == "audio" || kind == "sticker") {
		return refuse(100, "Unexpected key \"caption\" on param \""+kind+"\".")
	}
	if ref.Filename != "" && kind != "document" {
		return refuse(100, "Unexpected key \"filename\" on param \""+kind+"\".")
	}
	if n := len([]rune(ref.Caption)); n > 1024 {
		return refuse(100, fmt.Sprintf("Param %s['caption'] must be at most 1024 characters long, not %d", kind, n))
	}
	m, e := p.refer(d, ref, kind)
	if e != nil {
		return e
	}
	d.content.Media, d.content.Text = m, ref.Caption
	d.body = strings.TrimSpace("[" + kind + "] " + ref.Caption + ref.Filename)
	return nil
}
