package content

import (
	"encoding/json"
	"strconv"
	"strings"

	"heliograph"
)

// Limits of templates' use.
const (
	maxTemplateName = 512
	maxLanguage     = 32
	maxComponents   = 20
	maxParameters   = 100
	maxButtonIndex  = 9
)

// template checks the template that n uses, and brings it into the present form:
// an hsm, as the retired API called it, becomes a template.
func (n node) template(kind string) (*heliograph.TemplateName, error) {
	t, err := n.child(kind)
	if err != nil {
		return nil, err
	}
	name := "name"
	if kind == "hsm" {
		name = "element_name"
		delete(n.m, "hsm")
		n.m["type"], n.m["template"] = "template", t.m
	}
	out := &heliograph.TemplateName{}
	if out.Namespace, err = t.optional("namespace", maxTemplateName); err != nil {
		return nil, err
	}
	delete(t.m, "namespace")
	if out.Name, err = t.text(name, maxTemplateName); err != nil {
		return nil, err
	}
	delete(t.m, name)
	t.m["name"] = out.Name
	if out.Language, err = t.language(); err != nil {
		return nil, err
	}
	if err := t.components(); err != nil {
		return nil, err
	}
	return out, t.localizable()
}

// language checks the language; only the policy deterministic is left of those
// there were.
func (n node) language() (string, error) {
	if code, ok := n.m["language"].(string); ok {
		n.m["language"] = map[string]any{"code": code}
	}
	l, err := n.child("language")
	if err != nil {
		return "", err
	}
	policy, err := l.optional("policy", maxLanguage)
	if err != nil {
		return "", err
	}
	if policy != "" {
		if err := oneOf(l.at, "policy", policy, "deterministic", "fallback"); err != nil {
			return "", err
		}
		l.m["policy"] = "deterministic"
	}
	return l.text("code", maxLanguage)
}

func (n node) components() error {
	list, err := n.children("components")
	if err != nil {
		return err
	}
	if len(list) > maxComponents {
		return tooMany(n.at, "components", maxComponents)
	}
	for _, c := range list {
		if err := c.component(); err != nil {
			return err
		}
	}
	return nil
}

func (n node) component() error {
	kind, err := n.word("type")
	if err != nil {
		return err
	}
	if kind == "button" {
		if _, err := n.word("sub_type"); err != nil {
			return err
		}
		if err := n.index(); err != nil {
			return err
		}
	}
	parameters, err := n.children("parameters")
	if err != nil {
		return err
	}
	if len(parameters) > maxParameters {
		return tooMany(n.at, "parameters", maxParameters)
	}
	for _, p := range parameters {
		if err := p.parameter(); err != nil {
			return err
		}
	}
	return nil
}

// word reads a word that the provider has in small letters.
func (n node) word(key string) (string, error) {
	s, err := n.text(key, 64)
	if err != nil {
		return "", err
	}
	s = strings.ToLower(s)
	n.m[key] = s
	return s, nil
}

// index brings a button's index into the present form, which is a text.
func (n node) index() error {
	var text string
	switch v := n.m["index"].(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	case nil:
		return invalid(n.at, "index", "is required")
	}
	i, err := strconv.Atoi(text)
	if err != nil || i < 0 || i > maxButtonIndex {
		return invalid(n.at, "index", "must be a button's place, 0 to %d", maxButtonIndex)
	}
	n.m["index"] = strconv.Itoa(i)
	return nil
}

// parameter checks one value of a template. The provider refuses one that is
// empty or breaks the line, when it is too late to tell the caller.
func (n node) parameter() error {
	kind, err := n.word("type")
	if err != nil {
		return err
	}
	switch kind {
	case "text":
		return n.value("text")
	case "payload":
		_, err = n.text("payload", heliograph.MaxTextRunes)
		return err
	case "image", "video", "document":
		media, err := n.child(kind)
		if err != nil {
			return err
		}
		link, err := media.optional("link", heliograph.MaxURLBytes)
		if err != nil {
			return err
		}
		if id, _ := media.optional("id", heliograph.MaxURLBytes); link == "" && id == "" {
			return invalid(media.at, "link", "is required")
		}
		return checkURL(media.at, "link", link)
	case "currency", "date_time":
		value, err := n.child(kind)
		if err != nil {
			return err
		}
		return value.value("fallback_value")
	case "location":
		_, err = n.child(kind)
		return err
	}
	return nil
}

// value checks a text that fills a place in a template.
func (n node) value(key string) error {
	s, err := n.optional(key, heliograph.MaxTextRunes)
	if err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(s) == "":
		return invalid(n.at, key, "must not be empty: the provider refuses empty parameters")
	case strings.ContainsAny(s, "\n\r\t"):
		return invalid(n.at, key, "must not contain line breaks or tabs: the provider refuses such parameters")
	case strings.Contains(s, "    "):
		return invalid(n.at, key, "must not contain four spaces in a row: the provider refuses such parameters")
	}
	return nil
}

// localizable turns the parameters of the retired API into those of the body.
func (n node) localizable() error {
	list, err := n.children("localizable_params")
	if err != nil {
		return err
	}
	delete(n.m, "localizable_params")
	if len(list) == 0 {
		return nil
	}
	if n.m["components"] != nil {
		return invalid(n.at, "localizable_params", "must not be given together with components")
	}
	if len(list) > maxParameters {
		return tooMany(n.at, "localizable_params", maxParameters)
	}
	parameters := make([]any, len(list))
	for i, p := range list {
		if err := p.value("default"); err != nil {
			return err
		}
		parameters[i] = map[string]any{"type": "text", "text": p.m["default"]}
	}
	n.m["components"] = []any{map[string]any{"type": "body", "parameters": parameters}}
	return nil
}
