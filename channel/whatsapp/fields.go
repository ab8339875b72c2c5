package whatsapp

import (
	"encoding/json"
	"strconv"

	"heliograph/channel"
)

// fields is a JSON object of which nothing is certain: Meta adds fields without
// notice, and writes some numbers as strings. What is not of the expected kind
// is as if it were not there.
type fields map[string]json.RawMessage

func object(raw []byte) (f fields) {
	if json.Unmarshal(raw, &f) != nil {
		return nil
	}
	return f
}

func (f fields) object(key string) fields { return object(f[key]) }

func (f fields) list(key string) []fields {
	var raw []json.RawMessage
	if json.Unmarshal(f[key], &raw) != nil {
		return nil
	}
	out := make([]fields, len(raw))
	for i := range raw {
		out[i] = object(raw[i])
	}
	return out
}

// text reads a string, or a number as it is written.
func (f fields) text(key string) string {
	raw := f[key]
	if len(raw) == 0 {
		return ""
	}
	switch c := raw[0]; {
	case c == '"':
		var s string
		_ = json.Unmarshal(raw, &s)
		return channel.Clean(s)
	case c == '-' || c >= '0' && c <= '9':
		return string(raw)
	}
	return ""
}

func (f fields) number(key string) float64 {
	n, _ := strconv.ParseFloat(f.text(key), 64)
	return n
}

func (f fields) flag(key string) bool { return string(f[key]) == "true" }
