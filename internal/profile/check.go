package profile

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"unicode/utf8"

	"heliograph"
)

// storable reports whether both databases can keep s as text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// checkExternalID checks the caller's own id for a user. It stands in paths, and
// a vendor client does not escape it there.
func checkExternalID(id string) error {
	switch {
	case id == "":
		return heliograph.InvalidField("userId", "is required")
	case utf8.RuneCountInString(id) > heliograph.MaxUserIDRunes:
		return heliograph.InvalidField("userId", "is longer than %d characters", heliograph.MaxUserIDRunes)
	case strings.ContainsAny(id, "/?#"):
		return heliograph.InvalidField("userId", "must not contain /, ? or #: it could not be named in a path")
	case id == "." || id == "..":
		return heliograph.InvalidField("userId", "must not be %q: it could not be named in a path", id)
	case id == "merge":
		return heliograph.InvalidField("userId", "must not be %q: that is a path of its own", id)
	case !storable(id):
		return heliograph.InvalidField("userId", "must be UTF-8 without NUL")
	}
	return nil
}

// checkProfile checks p as a whole.
func checkProfile(p *heliograph.Profile) error {
	for _, f := range []struct{ name, value string }{{"givenName", p.GivenName}, {"surname", p.Surname}, {"email", p.Email}} {
		if utf8.RuneCountInString(f.value) > heliograph.MaxNameRunes {
			return heliograph.InvalidField(f.name, "is longer than %d characters", heliograph.MaxNameRunes)
		}
		if !storable(f.value) {
			return heliograph.InvalidField(f.name, "must be UTF-8 without NUL")
		}
	}
	return checkFlat("properties", p.Properties)
}

// checkFlat checks a map of the caller: flat, of strings, numbers and booleans,
// and bounded as JSON.
func checkFlat(field string, m map[string]any) error {
	for k, v := range m {
		if !storable(k) {
			return heliograph.InvalidField(field, "has a key that is not UTF-8 without NUL")
		}
		switch v := v.(type) {
		case string:
			if !storable(v) {
				return heliograph.InvalidField(field+"."+k, "must be UTF-8 without NUL")
			}
		case bool:
		case float64:
			if math.IsInf(v, 0) || math.IsNaN(v) {
				return heliograph.InvalidField(field+"."+k, "is not a number that can be kept")
			}
		default:
			return heliograph.InvalidField(field+"."+k, "must be a string, a number or a boolean")
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return heliograph.InvalidField(field, "cannot be kept as JSON")
	}
	if size := b.Len() - 1; size > heliograph.MaxMetadataBytes {
		return heliograph.InvalidField(field, "is %d bytes of JSON, more than %d", size, heliograph.MaxMetadataBytes)
	}
	return nil
}
