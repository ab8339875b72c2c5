package whatsapp

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/plain"
)

// override returns the message that the caller wrote for WhatsApp; nil without
// one.
func override(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	return object(raw).object("whatsapp")["payload"]
}

// native takes a message in WhatsApp's own form. To whom it goes, and what comes
// back with its statuses, it cannot say.
func native(c *heliograph.Content, raw json.RawMessage) (message, error) {
	whole, ok := decode(raw)
	if !ok {
		return message{}, unsupported("the message for WhatsApp must be an object")
	}
	for _, ours := range []string{"messaging_product", "recipient_type", "to", "recipient", "biz_opaque_callback_data"} {
		delete(whole, ours)
	}
	kind, _ := whole["type"].(string)
	if kind == "" {
		kind = "text"
	}
	body, ok := whole[kind].(map[string]any)
	if _, isList := whole[kind].([]any); !ok && !isList {
		return message{}, unsupported("the message for WhatsApp has no object %q, which its type asks for", kind)
	}
	switch kind {
	case "template":
		present(body)
	case "text":
		if preview, said := whole["preview_url"]; said { // its place in the retired API
			delete(whole, "preview_url")
			if _, both := body["preview_url"]; !both {
				body["preview_url"] = preview
			}
		}
		if text, _ := body["body"].(string); runes(text) > maxText {
			return message{}, tooLong("the text has more than %d characters", maxText)
		}
	}
	whole["type"] = kind
	return message{whole: whole, files: linksOf(whole, nil), shown: shownAs(c, kind, body)}, nil
}

// maxFiles is more than a message can show: a card of a carousel has one.
const maxFiles = 10

// linksOf finds the files to which a message links, wherever it has them: by
// itself, in a header, in the parameters of a template or of its cards. Only such
// a link is looked at, not whatever else a caller calls so.
func linksOf(at any, found []*file) []*file {
	switch v := at.(type) {
	case []any:
		for _, inner := range v {
			found = linksOf(inner, found)
		}
	case map[string]any:
		kind, _ := v["type"].(string)
		if linked, ok := v[kind].(map[string]any); ok && len(found) < maxFiles {
			if link, _ := linked["link"].(string); link != "" && isMedia(kind) {
				name, _ := linked["filename"].(string)
				found = append(found, &file{kind: kind, plain: plain.Media{URL: link, Name: name}, linked: linked})
			}
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			found = linksOf(v[name], found)
		}
	}
	return found
}

func isMedia(kind string) bool {
	return slices.Contains([]string{image, video, audio, document, sticker}, kind)
}

// present brings a template into the Cloud API's form.
func present(template map[string]any) {
	delete(template, "namespace")
	if language, ok := template["language"].(map[string]any); ok {
		delete(language, "policy")
	}
	components, _ := template["components"].([]any)
	for _, c := range components {
		component, _ := c.(map[string]any)
		if index, ok := component["index"].(json.Number); ok {
			component["index"] = index.String()
		}
	}
}

// shownAs says how a message in WhatsApp's own form looks, as far as the content
// tells.
func shownAs(c *heliograph.Content, kind string, body map[string]any) channel.Rendering {
	r := channel.Rendering{Parts: 1}
	if c.MediaURL != "" {
		r.Media = []string{c.MediaURL}
	}
	if c.Native != nil && c.Native.Schema == Schema && c.Native.Rebuilt && len(c.Override) == 0 {
		r.Text = c.Summary()
		return r
	}
	for _, key := range []string{"body", "caption"} {
		if text, ok := body[key].(string); ok && r.Text == "" {
			r.Text = text
		}
	}
	if inner, ok := body["body"].(map[string]any); ok { // of an interactive message
		r.Text, _ = inner["text"].(string)
	}
	if r.Text == "" && c.Native != nil {
		r.Text = c.Native.Fallback
	}
	if name, ok := body["name"].(string); ok && kind == "template" {
		r.Notes = append(r.Notes, "it is the template "+strconv.Quote(name))
	}
	return r
}

// decode reads an object and keeps its numbers as they are written.
func decode(raw json.RawMessage) (out map[string]any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return out, d.Decode(&out) == nil && out != nil
}
