package sunco

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

// Writer writes JSON into a buffer, byte for byte as encoding/json does without
// escapes for HTML, for what is written so often that reflection shows in the
// server's load. What is rare in a value is left to encoding/json.
type Writer struct {
	B   []byte
	Err error
}

// Key begins a member, or with an empty name an element.
func (o *Writer) Key(name string) {
	if last := o.B[len(o.B)-1]; last != '{' && last != '[' {
		o.B = append(o.B, ',')
	}
	if name != "" {
		o.B = append(o.B, '"')
		o.B = append(o.B, name...)
		o.B = append(o.B, '"', ':')
	}
}

// Open begins a member that is an object or an array; with an empty name, an element.
func (o *Writer) Open(name string, bracket byte) {
	o.Key(name)
	o.B = append(o.B, bracket)
}

func (o *Writer) Close(bracket byte) { o.B = append(o.B, bracket) }

func (o *Writer) Text(name, v string) {
	o.Key(name)
	o.Quoted(v)
}

// TextIf writes v unless it is empty.
func (o *Writer) TextIf(name, v string) {
	if v != "" {
		o.Text(name, v)
	}
}

func (o *Writer) Flag(name string, v bool) {
	o.Key(name)
	o.B = strconv.AppendBool(o.B, v)
}

// FlagIf writes v unless it is false.
func (o *Writer) FlagIf(name string, v bool) {
	if v {
		o.Flag(name, v)
	}
}

func (o *Writer) Int(name string, v int64) {
	o.Key(name)
	o.B = strconv.AppendInt(o.B, v, 10)
}

// IntIf writes v unless it is 0.
func (o *Writer) IntIf(name string, v int64) {
	if v != 0 {
		o.Int(name, v)
	}
}

func (o *Writer) Float(name string, v float64) {
	o.Key(name)
	o.Number(v)
}

// FloatIf writes v unless it is 0.
func (o *Writer) FloatIf(name string, v float64) {
	if v != 0 {
		o.Float(name, v)
	}
}

// WriteID writes an id; "" when there is none.
func WriteID[K any](o *Writer, name string, id heliograph.ID[K]) {
	o.Key(name)
	o.B = append(o.B, '"')
	if !id.IsZero() {
		o.B = hex.AppendEncode(o.B, id[:])
	}
	o.B = append(o.B, '"')
}

// WriteIDIf writes an id unless there is none.
func WriteIDIf[K any](o *Writer, name string, id heliograph.ID[K]) {
	if !id.IsZero() {
		WriteID(o, name, id)
	}
}

// WriteRef names a thing.
func WriteRef[K any](o *Writer, name string, id heliograph.ID[K]) {
	o.Open(name, '{')
	WriteID(o, "_id", id)
	o.Close('}')
}

// WriteRefIf names a thing, unless there is none.
func WriteRefIf[K any](o *Writer, name string, id heliograph.ID[K]) {
	if !id.IsZero() {
		WriteRef(o, name, id)
	}
}

// Quoted writes a string.
func (o *Writer) Quoted(s string) {
	if !plainJSON(s) {
		o.other(s)
		return
	}
	o.B = append(o.B, '"')
	o.B = append(o.B, s...)
	o.B = append(o.B, '"')
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

// Number writes a number.
func (o *Writer) Number(v float64) {
	if a := math.Abs(v); a == 0 || a >= 1e-6 && a < 1e21 {
		o.B = strconv.AppendFloat(o.B, v, 'f', -1, 64)
		return
	}
	o.other(v)
}

// Value writes what a JSON document may hold.
func (o *Writer) Value(v any) {
	switch v := v.(type) {
	case string:
		o.Quoted(v)
	case bool:
		o.B = strconv.AppendBool(o.B, v)
	case float64:
		o.Number(v)
	case map[string]any:
		o.Document(v)
	default:
		o.other(v)
	}
}

// Document writes a map, its keys in order.
func (o *Writer) Document(m map[string]any) {
	if m == nil {
		o.B = append(o.B, "null"...)
		return
	}
	o.B = append(o.B, '{')
	for _, k := range inOrder(m) {
		o.Key("")
		o.Quoted(k)
		o.B = append(o.B, ':')
		o.Value(m[k])
	}
	o.Close('}')
}

// DocumentIf writes a map unless it is empty.
func (o *Writer) DocumentIf(name string, m map[string]any) {
	if len(m) > 0 {
		o.Key(name)
		o.Document(m)
	}
}

// TextsIf writes a map of strings unless it is empty.
func (o *Writer) TextsIf(name string, m map[string]string) {
	if len(m) == 0 {
		return
	}
	o.Open(name, '{')
	for _, k := range inOrder(m) {
		o.Key("")
		o.Quoted(k)
		o.B = append(o.B, ':')
		o.Quoted(m[k])
	}
	o.Close('}')
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
func (o *Writer) other(v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		o.Err = err
		return
	}
	o.B = append(o.B, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
