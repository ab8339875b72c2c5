package channel

import (
	"encoding/json"
	"reflect"
	"strings"

	"heliograph"
)

// Field describes one field of a channel's settings, from its struct tags:
//
//	AuthToken string `json:"authToken" doc:"…" required:"true" secret:"true" update:"true" format:"hex"`
//
// A setting with the tag retired is one that callers may still send, of something
// that is gone: the tag says why it is refused.
type Field struct {
	Name     string
	Doc      string
	Kind     reflect.Kind
	Required bool
	Secret   bool   // never returned, never logged
	Update   bool   // may be changed after creation
	Retired  string // why it is refused, as what follows its name; "" when it is not
	MaxLen   int
}

// MaxSettingBytes bounds one text setting that names no limit of its own.
const MaxSettingBytes = 4096

// Fields lists the fields of a settings struct, in order.
func Fields(settings any) []Field {
	t := reflect.TypeOf(settings)
	var out []Field
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		out = append(out, Field{
			Name: name, Doc: f.Tag.Get("doc"), Kind: f.Type.Kind(),
			Required: f.Tag.Get("required") == "true", Secret: f.Tag.Get("secret") == "true",
			Update: f.Tag.Get("update") == "true", Retired: f.Tag.Get("retired"), MaxLen: MaxSettingBytes,
		})
	}
	return out
}

// Split checks the fields of in that belong to settings and parts them into the
// public and the secret ones. Fields it does not know are left out. With update
// set, only updatable fields are taken, and nothing is required.
func Split(settings any, in map[string]json.RawMessage, update bool) (public, secret map[string]json.RawMessage, err error) {
	public, secret = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	all := Fields(settings)
	for _, f := range all {
		if raw := string(in[f.Name]); f.Retired != "" && raw != "" && raw != "null" && raw != `""` {
			return nil, nil, heliograph.InvalidField(f.Name, "%s", f.Retired)
		}
	}
	for _, f := range all {
		if f.Retired != "" {
			continue
		}
		raw, given := in[f.Name]
		given = given && string(raw) != "null"
		switch {
		case update && (!given || !f.Update):
			continue
		case !given && f.Required:
			return nil, nil, heliograph.InvalidField(f.Name, "is required")
		case !given:
			continue
		}
		value, err := checkField(f, raw)
		if err != nil {
			return nil, nil, err
		}
		if f.Secret {
			secret[f.Name] = value
		} else {
			public[f.Name] = value
		}
	}
	return public, secret, nil
}

// checkField accepts "true" and "false" for booleans, because a vendor client sends them so.
func checkField(f Field, raw json.RawMessage) (json.RawMessage, error) {
	switch f.Kind {
	case reflect.String:
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return nil, heliograph.InvalidField(f.Name, "must be a string")
		}
		if f.Required && s == "" {
			return nil, heliograph.InvalidField(f.Name, "must not be empty")
		}
		if len(s) > f.MaxLen {
			return nil, heliograph.InvalidField(f.Name, "is longer than %d bytes", f.MaxLen)
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
	}
	return raw, nil
}
