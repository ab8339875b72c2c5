package whatsapp

import (
	"encoding/json"
	"fmt"
)

// interactive is the object of that type.
type interactive struct {
	Type   string                     `json:"type"`
	Header *interactiveHeader         `json:"header"`
	Body   *struct{ Text string }     `json:"body"`
	Footer *struct{ Text string }     `json:"footer"`
	Action map[string]json.RawMessage `json:"action"`
}

type interactiveHeader struct {
	Type     string   `json:"type"`
	Text     string   `json:"text"`
	Image    *fileRef `json:"image"`
	Video    *fileRef `json:"video"`
	Document *fileRef `json:"document"`
}

func (p *Provider) readInteractive(d *draft, in fields) *graphError {
	var one interactive
	if e := in.into("interactive", &one); e != nil {
		return e
	}
	if one.Body == nil || one.Body.Text == "" {
		return refuse(131008, "interactive.body.text is required")
	}
	if e := longest("interactive.body.text", one.Body.Text, 1024); e != nil {
		return e
	}
	d.content.Text, d.body = one.Body.Text, one.Body.Text
	if one.Footer != nil {
		if e := longest("interactive.footer.text", one.Footer.Text, 60); e != nil {
			return e
		}
		d.content.Footer = one.Footer.Text
	}
	if e := p.readHeader(d, one.Header); e != nil {
		return e
	}
	switch one.Type {
	case "button":
		return d.readButtons(one.Action)
	case "list":
		return d.readList(one.Action)
	case "cta_url", "flow":
		return d.readCall(one.Type, one.Action)
	case "location_request_message":
		d.content.Buttons = []Tap{{Kind: tapLocation, Text: "Send location"}}
		return nil
	}
	return refuse(131009, "interactive.type must be one of button, list, cta_url, flow, location_request_message")
}

func longest(param, text string, most int) *graphError {
	if n := len([]rune(text)); n > most {
		return refuse(131009, fmt.Sprintf("%s may have at most %d characters, not %d", param, most, n))
	}
	return nil
}

func (p *Provider) readHeader(d *draft, h *interactiveHeader) *graphError {
	if h == nil {
		return nil
	}
	if h.Type == "text" {
		if h.Text == "" {
			return refuse(131008, "interactive.header.text is required")
		}
		d.content.Header = &Head{Text: h.Text}
		return longest("interactive.header.text", h.Text, 60)
	}
	ref := map[string]*fileRef{"image": h.Image, "video": h.Video, "document": h.Document}[h.Type]
	if ref == nil {
		return refuse(131009, "interactive.header must be a text, image, video or document")
	}
	m, e := p.refer(d, *ref, h.Type)
	if e == nil {
		d.content.Header = &Head{Media: m}
	}
	return e
}

func (d *draft) readButtons(action map[string]json.RawMessage) *graphError {
	var buttons []struct {
		Type  string `json:"type"`
		Reply struct{ ID, Title string }
	}
	if json.Unmarshal(action["buttons"], &buttons) != nil || len(buttons) == 0 || len(buttons) > 3 {
		return refuse(131009, "interactive.action.buttons must have 1 to 3")
	}
	seen := map[string]bool{}
	for _, b := range buttons {
		if b.Type != "reply" || b.Reply.ID == "" || b.Reply.Title == "" || len(b.Reply.ID) > 256 {
			return refuse(131009, "a button must be a reply with id and title")
		}
		if seen[b.Reply.ID] || seen["title "+b.Reply.Title] {
			return refuse(131009, "buttons must have different ids and titles")
		}
		seen[b.Reply.ID], seen["title "+b.Reply.Title] = true, true
		if e := longest("button title", b.Reply.Title, 20); e != nil {
			return e
		}
		d.content.Buttons = append(d.content.Buttons, Tap{Kind: tapReply, Text: b.Reply.Title, ID: b.Reply.ID})
	}
	return nil
}

func (d *draft) readList(action map[string]json.RawMessage) *graphError {
	list := &List{}
	if json.Unmarshal(action["button"], &list.Button) != nil || list.Button == "" ||
		json.Unmarshal(action["sections"], &list.Sections) != nil || len(list.Sections) == 0 {
		return refuse(131008, "interactive.action of a list needs button and sections")
	}
	if e := longest("list button", list.Button, 20); e != nil {
		return e
	}
	rows, seen := 0, map[string]bool{}
	for _, s := range list.Sections {
		if s.Title == "" && len(list.Sections) > 1 {
			return refuse(131009, "sections need titles when there are several")
		}
		if e := longest("section title", s.Title, 24); e != nil {
			return e
		}
		for _, r := range s.Rows {
			if r.ID == "" || r.Title == "" || seen[r.ID] || len(r.ID) > 200 {
				return refuse(131009, "rows need a title and an id of their own")
			}
			seen[r.ID] = true
			rows++
			if e := longest("row title", r.Title, 24); e != nil {
				return e
			}
			if e := longest("row description", r.Description, 72); e != nil {
				return e
			}
		}
	}
	if rows == 0 || rows > 10 {
		return refuse(131009, fmt.Sprintf("Total row count exceed max allowed count: 10, or is none: %d", rows))
	}
	d.content.List = list
	return nil
}

// readCall reads the one button that leads elsewhere.
func (d *draft) readCall(kind string, action map[string]json.RawMessage) *graphError {
	var called string
	_ = json.Unmarshal(action["name"], &called)
	var parameters struct {
		Text    string `json:"display_text"`
		URL     string `json:"url"`
		FlowCTA string `json:"flow_cta"`
		FlowID  string `json:"flow_id"`
		Flow    string `json:"flow_name"`
		Version string `json:"flow_message_version"`
	}
	if called != kind || json.Unmarshal(action["parameters"], &parameters) != nil {
		return refuse(131009, "interactive.action must have name "+kind+" and parameters")
	}
	if kind == "cta_url" {
		if parameters.Text == "" || parameters.URL == "" {
			return refuse(131008, "display_text and url are required")
		}
		d.content.Buttons = []Tap{{Kind: tapURL, Text: parameters.Text, Value: parameters.URL}}
		return longest("display_text", parameters.Text, 20)
	}
	flow := parameters.FlowID + parameters.Flow
	if parameters.FlowCTA == "" || flow == "" || parameters.Version == "" {
		return refuse(131008, "flow_message_version, flow_cta and flow_id are required")
	}
	d.content.Buttons = []Tap{{Kind: tapFlow, Text: parameters.FlowCTA, Value: flow}}
	return longest("flow_cta", parameters.FlowCTA, 30)
}
