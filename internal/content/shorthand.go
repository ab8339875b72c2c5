package content

import (
	"encoding/json"
	"slices"
	"strings"

	"heliograph"
)

// MaxExpanded bounds how many messages one text may stand for.
const MaxExpanded = 20

// maxNesting bounds how deep stored templates may name one another.
const maxNesting = 3

// Shorthand is what expanding a text needs to know.
type Shorthand struct {
	// Stored returns a stored template's message by the template's name; an error
	// of kind NotFound when there is none.
	Stored func(name string) (*heliograph.Content, error)
	// Language is that of WhatsApp templates which name none.
	Language func() (string, error)
}

// HasShorthand reports whether Expand may make anything else of text. It is
// quick, because it is asked of every text that goes out.
func HasShorthand(text string) bool {
	for i := range len(text) - 1 {
		switch text[i] {
		case '%', '$', '&', '!':
			if next := text[i+1]; next == '[' || next == '(' || next == '{' {
				return true
			}
		}
	}
	return false
}

// Expand returns the messages that a business's text stands for: links, buttons,
// quick replies, images, stored templates and WhatsApp templates may be written
// in it. What is around them stays in order. What cannot be read as any of them
// stays as it is; c itself is returned when nothing is written in it. Errors name
// the text, under the path at.
func Expand(at string, c *heliograph.Content, s Shorthand) ([]*heliograph.Content, error) {
	return expand(at, c, s, 0)
}

func expand(at string, c *heliograph.Content, s Shorthand, depth int) ([]*heliograph.Content, error) {
	if c.Type != heliograph.TextMessage || c.Native != nil || !HasShorthand(c.Text) {
		return []*heliograph.Content{c}, nil
	}
	x := expansion{at: at, from: c, s: s, depth: depth}
	found := false
	for rest := c.Text; rest != ""; {
		i := strings.IndexAny(rest, "%$&!")
		if i < 0 {
			x.literal(rest)
			break
		}
		x.literal(rest[:i])
		b, n := readBlock(rest[i:])
		if n == 0 {
			x.literal(rest[i : i+1])
			rest = rest[i+1:]
			continue
		}
		found = true
		if err := x.take(b); err != nil {
			return nil, err
		}
		rest = rest[i+n:]
	}
	if !found {
		return []*heliograph.Content{c}, nil
	}
	return x.finish()
}

// expansion is a text being taken apart.
type expansion struct {
	at    string
	from  *heliograph.Content
	s     Shorthand
	depth int

	text    strings.Builder
	joint   bool // an action was just taken out of the text
	actions []heliograph.Action
	out     []*heliograph.Content
	last    *heliograph.Content // the newest of out that is the caller's own
}

// literal adds text as it is; of the spaces on both sides of an action one stays.
func (x *expansion) literal(s string) {
	if s == "" {
		return
	}
	if x.joint && strings.HasSuffix(x.text.String(), " ") {
		s = strings.TrimPrefix(s, " ")
	}
	x.joint = false
	x.text.WriteString(s)
}

// take adds what a block stands for.
func (x *expansion) take(b *block) error {
	switch {
	case b.action != nil:
		x.actions, x.joint = append(x.actions, *b.action), true
		return nil
	case b.image != nil:
		x.flush()
		x.own(b.image)
		return nil
	case b.stored != "":
		x.flush()
		return x.stored(b.stored)
	}
	x.flush()
	c, err := x.template(b.pairs)
	if err != nil {
		return err
	}
	x.own(c)
	return nil
}

// own adds a message that is the caller's, with what the caller said of it.
func (x *expansion) own(c *heliograph.Content) {
	c.Author, c.Metadata = x.from.Author, x.from.Metadata
	if x.last == nil {
		c.Override = x.from.Override
	}
	x.last = c
	x.out = append(x.out, c)
}

// flush ends the text that was gathered.
func (x *expansion) flush() {
	text := strings.TrimSpace(x.text.String())
	x.text.Reset()
	x.joint = false
	if text == "" && len(x.actions) == 0 {
		return
	}
	x.own(&heliograph.Content{Type: heliograph.TextMessage, Text: text, Payload: x.from.Payload, Actions: x.actions})
	x.actions = nil
}

// stored adds what a stored template says.
func (x *expansion) stored(name string) error {
	if x.depth == maxNesting {
		return invalid(x.at, "text", "names stored templates that name others, more than %d deep", maxNesting)
	}
	c, err := x.s.Stored(name)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return invalid(x.at, "text", "names the stored template %.128q, which does not exist", name)
	}
	if err != nil {
		return err
	}
	parts, err := expand(x.at, c, x.s, x.depth+1)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Author == (heliograph.Author{}) {
			p.Author = x.from.Author
		}
		if p.Metadata == nil {
			p.Metadata = x.from.Metadata
		}
	}
	x.out = append(x.out, parts...)
	return x.few()
}

func (x *expansion) few() error {
	if len(x.out) > MaxExpanded {
		return invalid(x.at, "text", "stands for more than %d messages", MaxExpanded)
	}
	return nil
}

// finish gives the caller's own actions to the last message of the caller's, and
// checks all of them.
func (x *expansion) finish() ([]*heliograph.Content, error) {
	x.flush()
	if own := x.from.Actions; len(own) > 0 {
		if x.last == nil || x.last.Native != nil {
			x.own(&heliograph.Content{Type: heliograph.TextMessage})
		}
		x.last.Actions = append(x.last.Actions, own...)
	}
	if err := x.few(); err != nil {
		return nil, err
	}
	for _, c := range x.out {
		c.Actions = slices.Clone(c.Actions) // none shares what is stamped later
		if c.Native != nil {
			continue
		}
		if err := validate(x.at, c); err != nil {
			return nil, err
		}
	}
	if len(x.out) == 0 {
		return nil, invalid(x.at, "text", "stands for no message at all")
	}
	return x.out, nil
}

// template makes the message of a WhatsApp template that is written in a text.
func (x *expansion) template(pairs []pair) (*heliograph.Content, error) {
	b := templateBlock{at: x.at, parameters: map[string][]any{}}
	for _, p := range pairs {
		if err := b.add(p.key, p.value); err != nil {
			return nil, err
		}
	}
	if b.name == "" {
		return nil, invalid(x.at, "text", "has a WhatsApp template without template=[[name]]")
	}
	if b.language == "" {
		var err error
		if b.language, err = x.s.Language(); err != nil {
			return nil, err
		}
	}
	raw, err := json.Marshal(b.message())
	if err != nil {
		return nil, err
	}
	c, err := Native("", raw)
	if err != nil {
		return nil, invalid(x.at, "text", "has the WhatsApp template %.128q, of which %s", b.name, heliograph.AsError(err).Message)
	}
	if b.fallback != "" {
		c.Text, c.Native.Fallback = b.fallback, b.fallback
	}
	return c, nil
}
