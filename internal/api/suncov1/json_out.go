package suncov1

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"heliograph"
)

// jsonOut writes JSON into a buffer, byte for byte as encoding/json does without
// escapes for HTML, for what is written so often that reflection shows in the
// server's load. What is rare in a value is left to encoding/json.
type jsonOut struct {
	b   []byte
	err error
}

// key begins a member, or with an empty name an element.
func (o *jsonOut) key(name string) {
	if last := o.b[len(o.b)-1]; last != '{' && last != '[' {
		o.b = append(o.b, ',')
	}
	if name != "" {
		o.b = append(o.b, '"')
		o.b = append(o.b, name...)
		o.b = append(o.b, '"', ':')
	}
}

// open begins a member that is an object or an array; with an empty name, an element.
func (o *jsonOut) open(name string, bracket byte) {
	o.key(name)
	o.b = append(o.b, bracket)
}

func (o *jsonOut) close(bracket byte) { o.b = append(o.b, bracket) }

func (o *jsonOut) text(name, v string) {
	o.key(name)
	o.quoted(v)
}

// textIf writes v unless it is empty.
func (o *jsonOut) textIf(name, v string) {
	if v != "" {
		o.text(name, v)
	}
}

func (o *jsonOut) flag(name string, v bool) {
	o.key(name)
	o.b = strconv.AppendBool(o.b, v)
}

// flagIf writes v unless it is false.
func (o *jsonOut) flagIf(name string, v bool) {
	if v {
		o.flag(name, v)
	}
}

func (o *jsonOut) int(name string, v int64) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, v, 10)
}

// intIf writes v unless it is 0.
func (o *jsonOut) intIf(name string, v int64) {
	if v != 0 {
		o.int(name, v)
	}
}

func (o *jsonOut) float(name string, v float64) {
	o.key(name)
	o.number(v)
}

// floatIf writes v unless it is 0.
func (o *jsonOut) floatIf(name string, v float64) {
	if v != 0 {
		o.float(name, v)
	}
}

// writeID writes an id; "" when there is none.
func writeID[K any](o *jsonOut, name string, id heliograph.ID[K]) {
	o.key(name)
	o.b = append(o.b, '"')
	if !id.IsZero() {
		o.b = hex.AppendEncode(o.b, id[:])
	}
	o.b = append(o.b, '"')
}

// writeIDIf writes an id unless there is none.
func writeIDIf[K any](o *jsonOut, name string, id heliograph.ID[K]) {
	if !id.IsZero() {
		writeID(o, name, id)
	}
}

// writeRef names a thing.
func writeRef[K any](o *jsonOut, name string, id heliograph.ID[K]) {
	o.open(name, '{')
	writeID(o, "_id", id)
	o.close('}')
}

// writeRefIf names a thing, unless there is none.
func writeRefIf[K any](o *jsonOut, name string, id heliograph.ID[K]) {
	if !id.IsZero() {
		writeRef(o, name, id)
	}
}

// quoted writes a string.
func (o *jsonOut) quoted(s string) {
	if !plainJSON(s) {
		o.other(s)
		return
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, s...)
	o.b = append(o.b, '"')
}

// plainJSON reports whether s stands in JSON as it is.
func plainJSON(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	// These two end lines in JavaScript, and are escaped for it.
	return ascii || utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}

// number writes a number.
func (o *jsonOut) number(v float64) {
	if a := math.Abs(v); a == 0 || a >= 1e-6 && a < 1e21 {
		o.b = strconv.AppendFloat(o.b, v, 'f', -1, 64)
		return
	}
	o.other(v)
}

// value writes what a JSON document may hold.
func (o *jsonOut) value(v any) {
	switch v := v.(type) {
	case string:
		o.quoted(v)
	case bool:
		o.b = strconv.AppendBool(o.b, v)
	case float64:
		o.number(v)
	case map[string]any:
		o.document(v)
	default:
		o.other(v)
	}
}

// document writes a map, its keys in order.
func (o *jsonOut) document(m map[string]any) {
	if m == nil {
		o.b = append(o.b, "null"...)
		return
	}
	o.b = append(o.b, '{')
	for _, k := range inOrder(m) {
		o.key("")
		o.quoted(k)
		o.b = append(o.b, ':')
		o.value(m[k])
	}
	o.close('}')
}

// documentIf writes a map unless it is empty.
func (o *jsonOut) documentIf(name string, m map[string]any) {
	if len(m) > 0 {
		o.key(name)
		o.document(m)
	}
}

// textsIf writes a map of strings unless it is empty.
func (o *jsonOut) textsIf(name string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	o.open(name, '{')
	for _, k := range inOrder(m) {
		o.key("")
		o.quoted(k)
		o.b = append(o.b, ':')
		o.quoted(m[k])
	}
	o.close('}')
}

func inOrder[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// other writes anything, slowly.
func (o *jsonOut) other(v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		o.err = err
		return
	}
	o.b = append(o.b, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
