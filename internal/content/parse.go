package content

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-faster/jx"

	"heliograph"
)

// field reads one key of a message body.
func (p parser) field(d *jx.Decoder, c *heliograph.Content, key string) (err error) {
	switch key {
	case "type":
		var s string
		s, err = p.str(d, key)
		c.Type = heliograph.MessageType(s)
	case "text":
		c.Text, err = p.str(d, key)
	case "mediaUrl":
		c.MediaURL, err = p.str(d, key)
	case "mediaType":
		c.MediaType, err = p.str(d, key)
	case "altText":
		c.AltText, err = p.str(d, key)
	case "payload":
		c.Payload, err = p.str(d, key)
	case "metadata":
		c.Metadata, err = p.metadata(d, key)
	case "actions":
		c.Actions, err = p.actions(d)
	case "override":
		c.Override, err = p.document(d, key)
	default:
		err = p.rare(d, c, key)
	}
	return err
}

// rare reads the keys that neither texts nor images have.
func (p parser) rare(d *jx.Decoder, c *heliograph.Content, key string) (err error) {
	switch key {
	case "items":
		c.Items, err = p.items(d)
	case "displaySettings":
		err = p.display(d, c)
	case "fields":
		c.Fields, err = p.fields(d)
	case "blockChatInput":
		c.BlockChatInput, err = p.boolean(d, key)
	case "coordinates":
		c.Coordinates, err = p.coordinates(d)
	case "location":
		c.Venue, err = p.venue(d)
	case "quotedMessage":
		err = p.quoted(d, c)
	case "quotedMessageId":
		err = p.quotedID(d, c, key)
	default:
		err = d.Skip()
	}
	return err
}

// str reads a string; null is the same as leaving the field out. Bytes that are
// not UTF-8 become the replacement character. NUL is refused, because no
// database or provider keeps it.
func (p parser) str(d *jx.Decoder, key string) (string, error) {
	switch d.Next() {
	case jx.Null:
		return "", d.Null()
	case jx.String:
	default:
		return "", p.wrong(d, key, "must be a string")
	}
	s, err := d.Str()
	if err != nil {
		return "", err
	}
	return p.clean(key, s)
}

func (p parser) clean(key, s string) (string, error) {
	if strings.IndexByte(s, 0) >= 0 {
		return "", invalid(p.at, key, "must not contain the NUL character")
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return s, nil
}

func (p parser) boolean(d *jx.Decoder, key string) (bool, error) {
	switch d.Next() {
	case jx.Null:
		return false, d.Null()
	case jx.Bool:
		return d.Bool()
	}
	return false, p.wrong(d, key, "must be true or false")
}

func (p parser) integer(d *jx.Decoder, key string) (int64, error) {
	if d.Next() != jx.Number {
		return 0, p.wrong(d, key, "must be a whole number")
	}
	n, err := d.Num()
	if err != nil {
		return 0, err
	}
	// 100 and 100.0 are the same number to the clients that write them.
	i, err := strconv.ParseInt(strings.TrimSuffix(n.String(), ".0"), 10, 64)
	if err != nil {
		return 0, invalid(p.at, key, "must be a whole number")
	}
	return i, nil
}

// wrong says that the value is not what it must be, unless there is no JSON value at all.
func (p parser) wrong(d *jx.Decoder, key, what string) error {
	if err := d.Skip(); err != nil {
		return err
	}
	return invalid(p.at, key, "%s", what)
}

// maxDepth bounds the nesting of documents that are kept as they are.
const maxDepth = 32

// document reads a JSON object that is kept as it is, in its canonical form.
func (p parser) document(d *jx.Decoder, key string) (json.RawMessage, error) {
	v, err := p.object(d, key)
	if v == nil || err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func (p parser) object(d *jx.Decoder, key string) (map[string]any, error) {
	switch d.Next() {
	case jx.Null:
		return nil, d.Null()
	case jx.Object:
	default:
		return nil, p.wrong(d, key, "must be a JSON object")
	}
	raw, err := d.Raw()
	if err != nil {
		return nil, err
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, invalid(p.at, key, "holds a value that cannot be kept")
	}
	if !keepable(v, maxDepth) {
		return nil, invalid(p.at, key, "is nested deeper than %d, or contains the NUL character", maxDepth)
	}
	return v, nil
}

func keepable(v any, depth int) bool {
	if depth < 0 {
		return false
	}
	switch v := v.(type) {
	case string:
		return strings.IndexByte(v, 0) < 0
	case json.Number:
		return finite(v)
	case map[string]any:
		for k, e := range v {
			if strings.IndexByte(k, 0) >= 0 || !keepable(e, depth-1) {
				return false
			}
		}
	case []any:
		for _, e := range v {
			if !keepable(e, depth-1) {
				return false
			}
		}
	}
	return true
}
