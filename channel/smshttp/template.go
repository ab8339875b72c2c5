package smshttp

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"

	"heliograph"
)

// placeholders are what a template may use.
var placeholders = []string{
	"to", "toDigits", "from", "text", "id", "callback", "encoding", "parts", "validity", "username", "password", "token",
}

// template is text between placeholders: text, name, text, name, …, text. It has
// no conditions, no loops and no code.
type template []string

// parse reads the template of a setting.
func parse(field, text string) (template, error) {
	var t template
	for {
		before, rest, found := strings.Cut(text, "{{")
		t = append(t, before)
		if !found {
			return t, nil
		}
		name, after, closed := strings.Cut(rest, "}}")
		name = strings.TrimSpace(name)
		if !closed || !slices.Contains(placeholders, name) {
			return nil, heliograph.InvalidField(field, "has a placeholder that is not one of {{%s}}", strings.Join(placeholders, "}}, {{"))
		}
		t, text = append(t, name), after
	}
}

// uses reports whether t has one of names.
func (t template) uses(names ...string) bool {
	for i := 1; i < len(t); i += 2 {
		if slices.Contains(names, t[i]) {
			return true
		}
	}
	return false
}

// fill puts values in, each escaped.
func (t template) fill(values map[string]string, escape func(string) string) string {
	var b strings.Builder
	for i, part := range t {
		if i%2 == 1 {
			part = escape(values[part])
		}
		b.WriteString(part)
	}
	return b.String()
}

// The escapes: a value never ends the place that it is put into.

// escapeURL fits a path as well as a query.
func escapeURL(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// escapeJSON fits between quotes.
func escapeJSON(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil || b.Len() < 3 {
		return ""
	}
	return b.String()[1 : b.Len()-2]
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// escapeHeader leaves out what would end a header.
func escapeHeader(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return -1
		}
		return r
	}, s)
}

func asItIs(s string) string { return s }

// format is what a body can be.
type format struct {
	contentType string
	escape      func(string) string
	valid       func(string) bool
}

var formats = map[string]format{
	"form": {"application/x-www-form-urlencoded", url.QueryEscape, func(s string) bool { _, err := url.ParseQuery(s); return err == nil }},
	"json": {"application/json", escapeJSON, func(s string) bool { return json.Valid([]byte(s)) }},
	"xml":  {"text/xml; charset=utf-8", escapeXML, func(s string) bool { return xml.Unmarshal([]byte(s), new(struct{})) == nil }},
	"text": {"text/plain; charset=utf-8", asItIs, func(string) bool { return true }},
}
