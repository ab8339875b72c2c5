package content

import (
	"strings"

	"github.com/go-faster/jx"

	"heliograph"
)

// What a text answer's size is when the form does not say.
const (
	defaultMinSize = 1
	defaultMaxSize = 128
)

func (p parser) fields(d *jx.Decoder) (out []heliograph.FormField, err error) {
	err = p.list(d, "fields", heliograph.MaxFormFields, func(d *jx.Decoder, at parser, i int, key string) error {
		out = grown(out, i)
		return at.formField(d, &out[i], key)
	})
	return out, err
}

func (p parser) formField(d *jx.Decoder, f *heliograph.FormField, key string) (err error) {
	switch key {
	case "_id":
		f.ID, err = p.str(d, key)
	case "type":
		f.Type, err = p.str(d, key)
	case "name":
		f.Name, err = p.str(d, key)
	case "label":
		f.Label, err = p.str(d, key)
	case "placeholder":
		f.Placeholder, err = p.str(d, key)
	case "minSize":
		f.MinSize, err = p.size(d, key)
	case "maxSize":
		f.MaxSize, err = p.size(d, key)
	case "selectSize":
		f.SelectSize, err = p.size(d, key)
	case "options":
		f.Options, err = p.options(d, key)
	case "text":
		f.Text, err = p.str(d, key)
	case "email":
		f.Email, err = p.str(d, key)
	case "select":
		f.Select, err = p.options(d, key)
	default:
		err = skip(d)
	}
	return err
}

// size reads a small number; 0 when it is left out.
func (p parser) size(d *jx.Decoder, key string) (int, error) {
	if d.Next() == jx.Null {
		return 0, d.Null()
	}
	n, err := p.integer(d, key)
	if err == nil && (n < 1 || n > heliograph.MaxFieldSize) {
		err = invalid(p.at, key, "must be 1 to %d", heliograph.MaxFieldSize)
	}
	return int(n), err
}

func (p parser) options(d *jx.Decoder, list string) (out []heliograph.FormOption, err error) {
	err = p.list(d, list, heliograph.MaxFormOptions, func(d *jx.Decoder, at parser, i int, key string) error {
		out = grown(out, i)
		o := &out[i]
		var err error
		switch key {
		case "_id":
			o.ID, err = at.str(d, key)
		case "name":
			o.Name, err = at.str(d, key)
		case "label":
			o.Label, err = at.str(d, key)
		default:
			err = skip(d)
		}
		return err
	})
	return out, err
}

// checkFields checks the questions of a form, or with answers set the answers to
// one, and drops what each kind of field does not have.
func checkFields(at string, fields []heliograph.FormField, answers bool) error {
	if len(fields) == 0 || len(fields) > heliograph.MaxFormFields {
		return invalid(at, "fields", "must have 1 to %d entries", heliograph.MaxFormFields)
	}
	names := make(map[string]bool, len(fields))
	for i := range fields {
		f := &fields[i]
		here := entry(at, "fields", i)
		check := checkQuestion
		if answers {
			check = checkFieldAnswer
		}
		err := first(oneOf(here, "type", f.Type, "text", "email", "select"), need(here, "name", f.Name),
			tooLong(here, "name", f.Name, heliograph.MaxNameRunes), tooLong(here, "label", f.Label, heliograph.MaxNameRunes), check(here, f))
		if err != nil {
			return err
		}
		if names[f.Name] {
			return invalid(here, "name", "is used twice in the form")
		}
		names[f.Name] = true
	}
	return nil
}

func checkQuestion(at string, f *heliograph.FormField) error {
	kept := heliograph.FormField{ID: f.ID, Type: f.Type, Name: f.Name, Label: f.Label, Placeholder: f.Placeholder}
	err := first(need(at, "label", f.Label), tooLong(at, "placeholder", f.Placeholder, heliograph.MaxNameRunes))
	switch f.Type {
	case "text":
		kept.MinSize, kept.MaxSize = f.MinSize, f.MaxSize
		if kept.MinSize == 0 {
			kept.MinSize = defaultMinSize
		}
		if kept.MaxSize == 0 {
			kept.MaxSize = max(defaultMaxSize, kept.MinSize)
		}
		if kept.MinSize > kept.MaxSize {
			err = first(err, invalid(at, "minSize", "is more than maxSize"))
		}
	case "select":
		kept.Options, kept.SelectSize = f.Options, max(f.SelectSize, 1)
		if len(f.Options) == 0 {
			err = first(err, invalid(at, "options", "must have 1 to %d entries", heliograph.MaxFormOptions))
		} else if kept.SelectSize > len(f.Options) {
			err = first(err, invalid(at, "selectSize", "is more than there are options"))
		}
		err = first(err, checkOptions(at, "options", f.Options))
	}
	*f = kept
	return err
}

func checkFieldAnswer(at string, f *heliograph.FormField) error {
	kept := heliograph.FormField{ID: f.ID, Type: f.Type, Name: f.Name, Label: f.Label}
	err := tooLong(at, "_id", f.ID, heliograph.MaxNameRunes)
	switch f.Type {
	case "text":
		kept.Text = f.Text
		err = first(err, need(at, "text", f.Text), tooLong(at, "text", f.Text, heliograph.MaxFieldSize))
	case "email":
		kept.Email = f.Email
		if name, host, ok := strings.Cut(f.Email, "@"); !ok || name == "" || host == "" {
			err = first(err, invalid(at, "email", "must be an e-mail address"))
		}
		err = first(err, tooLong(at, "email", f.Email, heliograph.MaxNameRunes))
	case "select":
		kept.Select = f.Select
		if len(f.Select) == 0 {
			err = first(err, invalid(at, "select", "must have 1 to %d entries", heliograph.MaxFormOptions))
		}
		err = first(err, checkOptions(at, "select", f.Select))
	}
	*f = kept
	return err
}

func checkOptions(at, key string, options []heliograph.FormOption) error {
	for i := range options {
		o, here := &options[i], entry(at, key, i)
		if o.Label == "" && key == "select" {
			o.Label = o.Name
		}
		err := first(need(here, "name", o.Name), tooLong(here, "name", o.Name, heliograph.MaxNameRunes),
			need(here, "label", o.Label), tooLong(here, "label", o.Label, heliograph.MaxNameRunes), tooLong(here, "_id", o.ID, heliograph.MaxNameRunes))
		if err != nil {
			return err
		}
	}
	return nil
}
