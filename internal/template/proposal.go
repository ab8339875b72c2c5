package template

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
)

// Limits of WhatsApp's templates.
const (
	maxProposalName = 512
	maxBody         = 1024
	maxShort        = 60 // of a header's and a footer's text
	maxButtons      = 10
)

// proposal is one part of a template, as far as it is checked.
type proposal struct {
	Type    string            `json:"type"`
	Format  string            `json:"format"`
	Text    *string           `json:"text"`
	Buttons []json.RawMessage `json:"buttons"`
}

// checkProposal checks what the provider would refuse. Kinds of parts that are not
// known here are left to the provider.
func checkProposal(t *channel.Template) error {
	switch {
	case t.Name == "":
		return heliograph.InvalidField("name", "is required")
	case len(t.Name) > maxProposalName:
		return heliograph.InvalidField("name", "is longer than %d characters", maxProposalName)
	case !spelled(t.Name, "abcdefghijklmnopqrstuvwxyz0123456789_"):
		return heliograph.InvalidField("name", "must consist of lower-case letters, digits and underscores")
	case t.Language == "":
		return heliograph.InvalidField("language", "is required")
	case t.Category == "":
		return heliograph.InvalidField("category", "is required")
	case len(t.Category) > 64 || !spelled(t.Category, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"):
		return heliograph.InvalidField("category", "must be MARKETING, UTILITY or AUTHENTICATION")
	case len(t.Language) > 16 || !spelled(t.Language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"):
		return heliograph.InvalidField("language", "must be a language such as en_US")
	}
	var parts []proposal
	if len(t.Components) == 0 || json.Unmarshal(t.Components, &parts) != nil || len(parts) == 0 {
		return heliograph.InvalidField("components", "must be a list of objects with type, and for texts text")
	}
	seen := map[string]bool{}
	for i := range parts {
		at := fmt.Sprintf("components[%d]", i)
		if kind := parts[i].Type; seen[kind] {
			return heliograph.InvalidField(at+".type", "is %s a second time", kind)
		}
		seen[parts[i].Type] = true
		if err := parts[i].check(at, t.Category); err != nil {
			return err
		}
	}
	if !seen["BODY"] {
		return heliograph.InvalidField("components", "must have a BODY")
	}
	return nil
}

func spelled(s, letters string) bool { return strings.Trim(s, letters) == "" }

func (p *proposal) check(at, category string) error {
	switch p.Type {
	case "":
		return heliograph.InvalidField(at+".type", "is required")
	case "BODY":
		if category == "AUTHENTICATION" {
			return nil // the provider has its own words for it
		}
		return p.text(at, maxBody)
	case "FOOTER":
		if category == "AUTHENTICATION" {
			return nil
		}
		return p.text(at, maxShort)
	case "HEADER":
		switch p.Format {
		case "", "TEXT":
			return p.text(at, maxShort)
		case "IMAGE", "VIDEO", "DOCUMENT", "LOCATION":
			return nil
		}
		return heliograph.InvalidField(at+".format", "must be TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION")
	case "BUTTONS":
		if n := len(p.Buttons); n == 0 || n > maxButtons {
			return heliograph.InvalidField(at+".buttons", "must have 1 to %d entries", maxButtons)
		}
		return p.buttons(at)
	}
	return nil
}

func (p *proposal) text(at string, most int) error {
	switch {
	case p.Text == nil || strings.TrimSpace(*p.Text) == "":
		return heliograph.InvalidField(at+".text", "is required")
	case utf8.RuneCountInString(*p.Text) > most:
		return heliograph.InvalidField(at+".text", "is longer than %d characters", most)
	}
	return nil
}

func (p *proposal) buttons(at string) error {
	for i, raw := range p.Buttons {
		var b struct {
			Type string `json:"type"`
		}
		here := fmt.Sprintf("%s.buttons[%d]", at, i)
		switch {
		case json.Unmarshal(raw, &b) != nil:
			return heliograph.InvalidField(here, "must be an object whose type is a string")
		case b.Type == "":
			return heliograph.InvalidField(here+".type", "is required")
		}
	}
	return nil
}
