// Package content reads and checks what a message says, in the v1.1 API's form.
// It is pure: no input or output, no clock, no ids of its own. It lies on the
// path of every accepted message, so it reads a body in one pass.
package content

import (
	"errors"

	"github.com/go-faster/jx"

	"heliograph"
)

// MaxActions bounds the actions of one message.
const MaxActions = 30

// Parse reads a message body (a JSON object) and checks it. Keys that are not
// content, such as role and destination, are left to the caller. Fields that
// the message's type does not have are left out. The error is an
// *heliograph.Error of kind Invalid that names the field.
func Parse(raw []byte) (*heliograph.Content, error) { return ParseAt("", raw) }

// ParseAt is Parse for a body that the caller wrote under the path at
// ("message"), so that errors name the field as the caller spelled it.
func ParseAt(at string, raw []byte) (*heliograph.Content, error) {
	p := parser{at: at}
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(raw)
	if d.Next() != jx.Object {
		return nil, invalid(at, "", "must be a JSON object")
	}
	c := &heliograph.Content{}
	if err := d.ObjBytes(func(d *jx.Decoder, key []byte) error { return p.field(d, c, string(key)) }); err != nil {
		return nil, p.explain(err)
	}
	if err := validate(at, c); err != nil {
		return nil, err
	}
	return c, nil
}

// Validate checks content that was not read by Parse.
func Validate(c *heliograph.Content) error { return validate("", c) }

// Stamp gives every action, item, field and option of c an id. The fields of an
// answer to a form keep theirs, which are the form's.
func Stamp(c *heliograph.Content, id func() string) {
	stampActions(c.Actions, id)
	for i := range c.Items {
		c.Items[i].ID = id()
		stampActions(c.Items[i].Actions, id)
	}
	if c.Type != heliograph.FormMessage {
		return
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		f.ID = id()
		for j := range f.Options {
			f.Options[j].ID = id()
		}
	}
}

func stampActions(actions []heliograph.Action, id func() string) {
	for i := range actions {
		actions[i].ID = id()
	}
}

// CheckAuthor checks how a writer wants to be shown; at is the path of its
// fields ("author"), or "" when they stand at the top.
func CheckAuthor(at string, a heliograph.Author) error {
	return first(
		tooLong(at, "name", a.Name, heliograph.MaxNameRunes),
		tooLong(at, "email", a.Email, heliograph.MaxNameRunes),
		checkURL(at, "avatarUrl", a.AvatarURL),
	)
}

type parser struct{ at string }

// explain keeps an error that names a field, and turns any other, which is the
// decoder's, into one about the JSON as a whole.
func (p parser) explain(err error) error {
	if e, ok := errors.AsType[*heliograph.Error](err); ok {
		return e
	}
	return invalid(p.at, "", "is not valid JSON")
}

// invalid names the field at.name; with neither, the body.
func invalid(at, name, format string, args ...any) error {
	switch {
	case at == "" && name == "":
		return heliograph.InvalidField("the body", format, args...)
	case at == "":
		return heliograph.InvalidField(name, format, args...)
	case name == "":
		return heliograph.InvalidField(at, format, args...)
	}
	return heliograph.InvalidField(at+"."+name, format, args...)
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
