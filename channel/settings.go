package channel

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"heliograph"
)

// Field describes one field of a channel's settings, from its struct tags:
//
//	AuthToken string `json:"authToken" doc:"…" required:"true" secret:"true" update:"true"`
//
// A default stands for what is left out at creation. An enum names the values
// that a text may have. A format is one of FormatColor and its kin, and holds for
// each value of a list. max is how many bytes a text may have.
//
// A setting with the tag retired is one that callers may still send, of something
// that is gone: the tag says why it is refused.
type Field struct {
	Name     string
	Doc      string
	Kind     reflect.Kind // Slice is a list of texts
	Required bool
	Secret   bool   // never returned, never logged
	Update   bool   // may be changed after creation
	Retired  string // why it is refused, as what follows its name; "" when it is not
	MaxLen   int
	Default  json.RawMessage // nil: none
	Enum     []string
	Format   string
}

// MaxSettingBytes bounds one text setting that names no limit of its own.
const MaxSettingBytes = 4096

// maxListed bounds how many values a list may have.
const maxListed = 100

// Fields lists the fields of a settings struct, in order; those of an embedded one
// are its own.
func Fields(settings any) []Field { return fieldsOf(reflect.TypeOf(settings)) }

func fieldsOf(t reflect.Type) (out []Field) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			out = append(out, fieldsOf(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		field := Field{
			Name: name, Doc: f.Tag.Get("doc"), Kind: f.Type.Kind(),
			Required: f.Tag.Get("required") == "true", Secret: f.Tag.Get("secret") == "true",
			Update: f.Tag.Get("update") == "true", Retired: f.Tag.Get("retired"), MaxLen: MaxSettingBytes, Format: f.Tag.Get("format"),
		}
		if words := f.Tag.Get("enum"); words != "" {
			field.Enum = strings.Split(words, ",")
		}
		if n, err := strconv.Atoi(f.Tag.Get("max")); err == nil {
			field.MaxLen = n
		}
		if text, has := f.Tag.Lookup("default"); has {
			field.Default = json.RawMessage(text)
			if field.Kind == reflect.String {
				field.Default, _ = json.Marshal(text)
			}
		}
		out = append(out, field)
	}
	return out
}

// Split checks the fields of in that belong to settings and parts them into the
// public and the secret ones. Fields it does not know are left out. With update
// set, only updatable fields are taken, and nothing is required; a null then
// stands for what the field is without a value: its default, or null itself.
func Split(settings any, in map[string]json.RawMessage, update bool) (public, secret map[string]json.RawMessage, err error) {
	public, secret = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	all := Fields(settings)
	for i := range all {
		if raw := string(in[all[i].Name]); all[i].Retired != "" && raw != "" && raw != "null" && raw != `""` {
			return nil, nil, heliograph.InvalidField(all[i].Name, "%s", all[i].Retired)
		}
	}
	for _, f := range all {
		if f.Retired != "" {
			continue
		}
		value, err := f.take(in, update)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case value == nil:
		case f.Secret:
			secret[f.Name] = value
		default:
			public[f.Name] = value
		}
	}
	return public, secret, nil
}

// take returns the field's value of in; nil when there is none to take.
func (f *Field) take(in map[string]json.RawMessage, update bool) (json.RawMessage, error) {
	raw, given := in[f.Name]
	null := given && string(raw) == "null"
	switch {
	case update && (!given || !f.Update):
		return nil, nil
	case update && null && f.Required:
		return nil, heliograph.InvalidField(f.Name, "must not be removed")
	case update && null && f.Default == nil:
		return raw, nil
	case !given || null:
		if f.Required && f.Default == nil {
			return nil, heliograph.InvalidField(f.Name, "is required")
		}
		return f.Default, nil
	}
	return checkField(f, raw)
}

// checkField accepts "true" and "false" for booleans, because a vendor client sends them so.
func checkField(f *Field, raw json.RawMessage) (json.RawMessage, error) {
	switch f.Kind {
	case reflect.String:
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return nil, heliograph.InvalidField(f.Name, "must be a string")
		}
		if f.Required && s == "" {
			return nil, heliograph.InvalidField(f.Name, "must not be empty")
		}
		if err := f.checkText(s); err != nil {
			return nil, err
		}
	case reflect.Bool:
		switch string(raw) {
		case `true`, `false`:
		case `"true"`, `"false"`:
			return json.RawMessage(strings.Trim(string(raw), `"`)), nil
		default:
			return nil, heliograph.InvalidField(f.Name, "must be true or false")
		}
	case reflect.Int:
		var n int
		if json.Unmarshal(raw, &n) != nil {
			return nil, heliograph.InvalidField(f.Name, "must be a whole number")
		}
	case reflect.Slice:
		return raw, f.checkList(raw)
	}
	return raw, nil
}

func (f *Field) checkList(raw json.RawMessage) error {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return heliograph.InvalidField(f.Name, "must be a list of strings")
	}
	if len(list) > maxListed {
		return heliograph.InvalidField(f.Name, "has more than %d values", maxListed)
	}
	for _, s := range list {
		if s == "" {
			return heliograph.InvalidField(f.Name, "has an empty value")
		}
		if err := f.checkText(s); err != nil {
			return err
		}
	}
	return nil
}

func (f *Field) checkText(s string) error {
	switch {
	case len(s) > f.MaxLen:
		return heliograph.InvalidField(f.Name, "is longer than %d bytes", f.MaxLen)
	case f.Enum != nil && !slices.Contains(f.Enum, s):
		return heliograph.InvalidField(f.Name, "must be one of: %s", strings.Join(f.Enum, ", "))
	case s == "":
		return nil // no value: whether there must be one is required's business
	}
	if what := misfit(f.Format, s); what != "" {
		return heliograph.InvalidField(f.Name, "%s", what)
	}
	return nil
}
