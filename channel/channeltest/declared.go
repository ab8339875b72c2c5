package channeltest

import (
	"encoding/json"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"time"

	"heliograph/channel"
)

var (
	typeName    = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
	settingName = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	mediaType   = regexp.MustCompile(`^[a-z]+/([a-z0-9.+-]+|\*)$`)
	soundSecret = regexp.MustCompile(`(?i)(token|secret|password|privatekey|accesskey|apikey)$`)
)

// maxTimeout keeps a call shorter than the lease of a lane.
const maxTimeout = 20 * time.Second

// declared checks what a type says of itself.
func declared(s *Setup) *findings {
	f := &findings{}
	t := &s.Type
	must := func(ok bool, what string) {
		if !ok {
			f.add("the type's %s", what)
		}
	}
	must(typeName.MatchString(t.Name), "Name is not lower-case letters and digits")
	must(t.Title != "", "Title is missing")
	must(t.AddressField != "", "AddressField is missing")
	base, err := url.Parse(t.BaseURL)
	must(t.BaseURL == "" || err == nil && base.Scheme == "https" && base.Host != "" && !strings.HasSuffix(t.BaseURL, "/"),
		"BaseURL is not an https URL without a slash at its end")
	must(t.Timeout > 0 && t.Timeout <= maxTimeout, "Timeout is missing or too long for the lease of a lane")
	must(!t.Receipts || t.ReceiptDeadline > 0, "ReceiptDeadline is missing")
	for kind, most := range t.Media {
		must(mediaType.MatchString(kind) && most > 0, "Media has the type "+kind+", or a limit that lets nothing through")
	}
	must(t.Settings != nil && reflect.TypeOf(t.Settings).Kind() == reflect.Struct, "Settings is not a struct")
	must(t.Open != nil && t.Normalise != nil, "Open or Normalise is missing")
	if len(f.list) > 0 {
		return f
	}
	declaredSettings(f, t.Settings)
	declaredAddress(f, s)
	declaredOpen(f, s)
	return f
}

func declaredSettings(f *findings, settings any) {
	for _, sf := range reflect.VisibleFields(reflect.TypeOf(settings)) {
		if sf.IsExported() && !sf.Anonymous && sf.Tag.Get("json") == "" {
			f.add("the setting %s has no json name", sf.Name)
		}
	}
	for _, s := range channel.Fields(settings) {
		if !settingName.MatchString(s.Name) {
			f.add("the setting %q is not in camel case", s.Name)
		}
		if s.Doc == "" || !strings.HasSuffix(s.Doc, ".") {
			f.add("the setting %s is not documented by a sentence", s.Name)
		}
		if s.Kind != reflect.String && s.Kind != reflect.Bool && s.Kind != reflect.Int && s.Kind != reflect.Slice {
			f.add("the setting %s is neither text nor a list of texts nor a switch nor a whole number", s.Name)
		}
		if s.Secret && s.Kind != reflect.String && s.Kind != reflect.Slice {
			f.add("the secret %s is neither text nor a list of texts", s.Name)
		}
		if !s.Secret && s.Kind == reflect.String && soundSecret.MatchString(s.Name) {
			f.add("the setting %s sounds like a secret and is not declared one", s.Name)
		}
	}
}

func declaredAddress(f *findings, s *Setup) {
	if n, ok := s.Type.Normalise(s.Address); !ok || n != s.Address {
		f.add("the normal spelling of %q is said to be %q", s.Address, n)
	}
	for _, junk := range []string{"", " ", "\x00", "§§", strings.Repeat(" ", 4096)} {
		if n, ok := s.Type.Normalise(junk); ok {
			f.add("%q is taken for an address: %q", junk, n)
		}
	}
}

func declaredOpen(f *findings, s *Setup) {
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(s.Settings), &given); err != nil {
		f.add("the settings are not JSON: %v", err)
		return
	}
	public, secret, err := channel.Split(s.Type.Settings, given, false)
	if err != nil || len(public)+len(secret) != len(given) {
		f.add("the settings are not those that are declared: %v", err)
	}
	p := &provider{base: BaseURL}
	for _, junk := range []string{"", "[]", "{", "null", "{}"} {
		broken := *s
		broken.Settings = junk
		if _, err := broken.open(p, BaseURL); err == nil && junk != "{}" && junk != "null" {
			f.add("Open takes %q for settings", junk)
		} else if err != nil {
			checkText(f, s, "the error of Open", err.Error())
		}
	}
	if _, err := s.open(p, BaseURL); err != nil {
		f.add("open: %v", err)
	}
	f.list = append(f.list, p.close()...)
}
