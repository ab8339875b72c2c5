package content

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"

	"heliograph"
)

// WhatsApp is the only schema of native messages that there is.
const WhatsApp = "whatsapp"

// Read reads what a message says: body, or where schema is given the provider's
// own message native, which stands under key beside the metadata. at is the path
// of both, as in ParseAt.
func Read(at string, body []byte, schema, key string, native json.RawMessage) (*heliograph.Content, error) {
	switch schema {
	case "":
		return ParseAt(at, body)
	case WhatsApp:
		c, err := Native(join(at, key), native)
		if err != nil || len(body) == 0 {
			return c, err
		}
		var beside struct{ Metadata any }
		if json.Unmarshal(body, &beside) != nil || beside.Metadata == nil {
			return c, nil
		}
		c.Metadata, err = node{at, map[string]any{"metadata": beside.Metadata}}.metadata()
		return c, err
	}
	return nil, invalid(at, "messageSchema", "must be whatsapp when it is given")
}

// envelope are the keys of a native message that are ours to set.
var envelope = []string{"messaging_product", "recipient_type", "to", "recipient", "biz_opaque_callback_data", "namespace"}

// Native reads a WhatsApp message in the provider's own form, past or present,
// checks what would be refused later, and brings it into the present form. The
// content around it says, for people, what is sent. Errors name fields as the
// caller spelled them, under the path at.
func Native(at string, raw []byte) (*heliograph.Content, error) {
	m, err := object(at, raw)
	if err != nil {
		return nil, err
	}
	n := node{at, m}
	kind, err := n.text("type", 64)
	if err != nil {
		return nil, err
	}
	c := &heliograph.Content{Type: heliograph.TextMessage, Native: &heliograph.Native{Schema: WhatsApp}}
	if c.Metadata, err = n.metadata(); err != nil {
		return nil, err
	}
	for _, k := range envelope {
		delete(m, k)
	}
	switch kind {
	case "template", "hsm":
		c.Native.Template, err = n.template(kind)
		if err == nil {
			c.Text = note(c.Native.Template)
		}
	case "text":
		c.Text, err = n.plainText()
		c.Native.Fallback = c.Text
	default:
		c.Text, err = n.other(kind)
	}
	if err != nil {
		return nil, err
	}
	c.Native.Message, err = json.Marshal(m)
	return c, err
}

// note is what is shown of a template that cannot be rebuilt.
func note(t *heliograph.TemplateName) string {
	return "[WhatsApp template " + t.Name + " (" + t.Language + ")]"
}

// object reads a JSON object whose numbers stay as they are written.
func object(at string, raw []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil && len(raw) > 0 {
		return nil, invalid(at, "", "is not valid JSON")
	}
	if v == nil {
		return nil, invalid(at, "", "is required")
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, invalid(at, "", "must be a JSON object")
	}
	if !keepable(m, maxDepth) {
		return nil, invalid(at, "", "is nested deeper than %d, or holds a value that cannot be kept", maxDepth)
	}
	return m, nil
}

// node is an object of a native message and its path.
type node struct {
	at string
	m  map[string]any
}

// child returns the object under key.
func (n node) child(key string) (node, error) {
	switch v := n.m[key].(type) {
	case map[string]any:
		return node{join(n.at, key), v}, nil
	case nil:
		return node{}, invalid(n.at, key, "is required")
	}
	return node{}, invalid(n.at, key, "must be a JSON object")
}

// children returns the objects of the list under key; none when it is left out.
func (n node) children(key string) ([]node, error) {
	list, ok := n.m[key].([]any)
	if !ok {
		if n.m[key] == nil {
			delete(n.m, key)
			return nil, nil
		}
		return nil, invalid(n.at, key, "must be a list")
	}
	out := make([]node, len(list))
	for i, v := range list {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, invalid(entry(n.at, key, i), "", "must be a JSON object")
		}
		out[i] = node{entry(n.at, key, i), m}
	}
	return out, nil
}

// optional returns the text under key; "" when it is left out.
func (n node) optional(key string, limit int) (string, error) {
	if n.m[key] == nil {
		delete(n.m, key)
		return "", nil
	}
	s, ok := n.m[key].(string)
	if !ok {
		return "", invalid(n.at, key, "must be a string")
	}
	return s, tooLong(n.at, key, s, limit)
}

// text returns the text under key, which must be there.
func (n node) text(key string, limit int) (string, error) {
	s, err := n.optional(key, limit)
	if err == nil && strings.TrimSpace(s) == "" {
		err = invalid(n.at, key, "is required")
	}
	return s, err
}

// metadata takes the caller's own metadata out of a message.
func (n node) metadata() (map[string]any, error) {
	v, there := n.m["metadata"]
	delete(n.m, "metadata")
	if !there || v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(map[string]any{"type": "text", "text": "x", "metadata": v})
	if err != nil {
		return nil, err
	}
	c, err := ParseAt(n.at, raw)
	if err != nil {
		return nil, err
	}
	return c.Metadata, nil
}

// plainText checks a text message. preview_url stood beside the text in the
// retired API, and stands in it now.
func (n node) plainText() (string, error) {
	body, err := n.child("text")
	if err != nil {
		return "", err
	}
	if preview, there := n.m["preview_url"]; there {
		delete(n.m, "preview_url")
		if _, ok := body.m["preview_url"]; !ok {
			body.m["preview_url"] = preview
		}
	}
	return body.text("body", heliograph.MaxTextRunes)
}

// other checks a message of any other type: the value of that name must be
// there. It returns a text for people.
func (n node) other(kind string) (string, error) {
	if list, ok := n.m[kind].([]any); ok && kind == "contacts" && len(list) > 0 {
		return "[WhatsApp contacts]", nil
	}
	body, err := n.child(kind)
	if err != nil {
		return "", err
	}
	for _, key := range []string{"caption", "body"} {
		if s, ok := body.m[key].(string); ok && s != "" && tooLong("", key, s, heliograph.MaxTextRunes) == nil {
			return s, nil
		}
		if inner, ok := body.m[key].(map[string]any); ok {
			if s, ok := inner["text"].(string); ok && s != "" && tooLong("", key, s, heliograph.MaxTextRunes) == nil {
				return s, nil
			}
		}
	}
	return "[WhatsApp " + strings.ReplaceAll(kind, "_", " ") + "]", nil
}

// finite reports whether a number is one that anything else can read.
func finite(n json.Number) bool {
	f, err := n.Float64()
	return err == nil && !math.IsInf(f, 0)
}
