package whatsapp

import (
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/plain"
)

// interactive writes the actions of a message as WhatsApp's own buttons; false
// when they do not fit them, which leaves them to be text.
func (s *sender) interactive(c *heliograph.Content) (message, bool) {
	if len(c.Actions) == 0 || c.Text == "" || runes(c.Text) > maxBody {
		return message{}, false
	}
	kind, action, note := s.actionOf(c.Actions)
	if action == nil {
		return message{}, false
	}
	body := map[string]any{"type": kind, "body": map[string]any{"text": c.Text}, "action": action}
	m := message{kind: "interactive", body: body, shown: channel.Rendering{Text: c.Text, Parts: 1, Notes: []string{note}}}
	if c.Type == heliograph.TextMessage {
		return m, true
	}
	return m, kind == "button" && header(&m, body, c)
}

// actionOf returns the kind of interactive message that shows just these
// actions; nil when none does.
func (s *sender) actionOf(actions []heliograph.Action) (kind string, action map[string]any, note string) {
	first := &actions[0]
	switch {
	case all(actions, "reply") && len(actions) <= maxButtons && fit(actions, maxButton, maxButtonID):
		return "button", map[string]any{"buttons": buttons(actions)}, "the replies are buttons: " + titles(actions)
	case all(actions, "reply") && len(actions) <= maxRows && fit(actions, maxRow, maxRowID):
		return "list", s.list(rowsOfReplies(actions)), "the replies are a list: " + titles(actions)
	case len(actions) > 1:
	case first.Type == "locationRequest":
		return "location_request_message", map[string]any{"name": "send_location"}, "the button that asks for the location is WhatsApp's own"
	case first.Type == "link" || first.Type == "webview":
		target := or(first.URI, first.Fallback)
		if first.Text != "" && runes(first.Text) <= maxButton && hasLink(target) && len(target) <= maxInteractiveLink {
			return "cta_url", map[string]any{
				"name": "cta_url", "parameters": map[string]any{"display_text": first.Text, "url": target},
			}, "the link is a button: " + first.Text
		}
	}
	return "", nil, ""
}

// header puts the file of a message above its buttons; false where it cannot
// stand there.
func header(m *message, body map[string]any, c *heliograph.Content) bool {
	kind := kindOf(c.MediaType)
	if c.MediaType == "" && c.Type == heliograph.ImageMessage {
		kind = image
	}
	if kind == audio || kind == sticker || c.MediaSize > sizeOf(kind) {
		return false
	}
	linked := map[string]any{"link": c.MediaURL}
	if name := or(c.AltText, fileName(c.MediaURL)); kind == document && name != "" {
		linked["filename"] = name
	}
	body["header"] = map[string]any{"type": kind, kind: linked}
	m.files = []*file{{
		kind: kind, linked: linked,
		plain: plain.Media{URL: c.MediaURL, Type: c.MediaType, Name: c.AltText, Size: c.MediaSize},
	}}
	m.shown.Media = []string{c.MediaURL}
	return true
}

// rowsOf writes a carousel or a list as a list to choose from; false when one of
// its items has anything but one answer to choose.
func (s *sender) rowsOf(c *heliograph.Content) (message, bool) {
	text := c.Summary()
	if len(c.Items) == 0 || len(c.Items) > maxRows || len(c.Actions) > 0 || text == "" || runes(text) > maxBody {
		return message{}, false
	}
	answers := make([]heliograph.Action, len(c.Items))
	for i := range c.Items {
		item := &c.Items[i]
		if len(item.Actions) != 1 || item.Actions[0].Type != "reply" && item.Actions[0].Type != "postback" {
			return message{}, false
		}
		if runes(item.Description) > maxRowDescription {
			return message{}, false
		}
		answers[i] = heliograph.Action{Text: item.Title, Payload: item.Actions[0].Payload}
	}
	if !fit(answers, maxRow, maxRowID) {
		return message{}, false
	}
	rows := rowsOfReplies(answers)
	notes := []string{"the " + string(c.Type) + " is a list to choose from"}
	for i := range c.Items {
		if d := c.Items[i].Description; d != "" {
			rows[i]["description"] = d
		}
		if c.Items[i].MediaURL != "" && len(notes) == 1 {
			notes = append(notes, "the pictures of the items are left out")
		}
	}
	body := map[string]any{"type": "list", "body": map[string]any{"text": text}, "action": s.list(rows)}
	return message{kind: "interactive", body: body, shown: channel.Rendering{Text: text, Parts: 1, Notes: notes}}, true
}

func (s *sender) list(rows []map[string]any) map[string]any {
	return map[string]any{
		"button":   or(s.settings.ListButton, defaultListButton),
		"sections": []map[string]any{{"rows": rows}},
	}
}

func buttons(actions []heliograph.Action) []map[string]any {
	out := make([]map[string]any, len(actions))
	for i := range actions {
		out[i] = map[string]any{"type": "reply", "reply": map[string]any{"id": answerID(&actions[i]), "title": actions[i].Text}}
	}
	return out
}

func rowsOfReplies(actions []heliograph.Action) []map[string]any {
	out := make([]map[string]any, len(actions))
	for i := range actions {
		out[i] = map[string]any{"id": answerID(&actions[i]), "title": actions[i].Text}
	}
	return out
}

// answerID is what comes back when a person chooses a: its payload.
func answerID(a *heliograph.Action) string { return or(a.Payload, a.Text) }

// fit reports whether WhatsApp takes the actions as answers to choose from,
// whose titles and ids must not repeat themselves.
func fit(actions []heliograph.Action, title, id int) bool {
	seen := map[string]bool{}
	for i := range actions {
		a := &actions[i]
		text, key := "t"+a.Text, "i"+answerID(a)
		if a.Text == "" || runes(a.Text) > title || runes(answerID(a)) > id || seen[text] || seen[key] {
			return false
		}
		seen[text], seen[key] = true, true
	}
	return true
}

func all(actions []heliograph.Action, kind string) bool {
	for i := range actions {
		if actions[i].Type != kind {
			return false
		}
	}
	return true
}

func titles(actions []heliograph.Action) string {
	out := make([]string, len(actions))
	for i := range actions {
		out[i] = strconv.Quote(actions[i].Text)
	}
	return strings.Join(out, ", ")
}
