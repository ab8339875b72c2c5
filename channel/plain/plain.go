// Package plain writes any message as text, and the media beside it, for
// channels that show neither buttons nor cards. It is pure, and it knows no
// provider.
package plain

import (
	"strings"

	"heliograph"
)

// Message is how a message goes out as text.
type Message struct {
	Text  string
	Media []Media  // what goes beside the text, where the channel can
	Notes []string // what was changed or left out, for a person
}

// Media is one file beside a text.
type Media struct {
	URL  string
	Type string // MIME; "" not known
	Name string
	Size int64 // bytes; 0 not known
}

// Write returns c as text. With media set, images (and with files, too, other
// files) are put beside the text; otherwise their addresses are written into it.
// A message that no text can stand in for is an *heliograph.Error of kind
// Invalid with the code heliograph.ReasonUnsupportedMessage.
func Write(c *heliograph.Content, carries func(mediaType string) bool) (Message, error) {
	w := writer{carries: carries}
	switch {
	case c.Native != nil && c.Native.Fallback == "" && !c.Native.Rebuilt:
		return w.out, unsupported("this channel cannot carry a message of the %s schema, and it has no fallback", c.Native.Schema)
	case c.Native != nil && c.Native.Fallback != "":
		w.line(c.Native.Fallback)
		w.note("the " + c.Native.Schema + " message is replaced by its fallback")
		return w.out, nil
	}
	switch c.Type {
	case heliograph.TextMessage:
		w.line(c.Text)
	case heliograph.ImageMessage, heliograph.FileMessage:
		w.line(c.Text)
		w.media(Media{URL: c.MediaURL, Type: c.MediaType, Name: c.AltText, Size: c.MediaSize}, c.Type == heliograph.ImageMessage)
	case heliograph.CarouselMessage, heliograph.ListMessage:
		w.items(c)
	case heliograph.LocationMessage:
		w.line(c.Summary())
	default:
		return w.out, unsupported("this channel cannot carry a message of type %q", c.Type)
	}
	w.actions(c.Actions, "")
	return w.out, nil
}

func unsupported(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage, format, args...)
}

type writer struct {
	carries func(mediaType string) bool
	out     Message
}

func (w *writer) line(s string) {
	switch {
	case s == "":
	case w.out.Text == "":
		w.out.Text = s
	default:
		w.out.Text += "\n" + s
	}
}

func (w *writer) note(s string) { w.out.Notes = append(w.out.Notes, s) }

func (w *writer) media(m Media, image bool) {
	kind, known := "file", m.Type
	if image {
		kind = "image"
		if known == "" {
			known = "image/*"
		}
	}
	if w.carries != nil && w.carries(known) {
		w.out.Media = append(w.out.Media, m)
		return
	}
	w.line(m.URL)
	w.note("the " + kind + " is sent as a link")
}

// items writes cards as numbered lines, unless the caller gave a text for them.
func (w *writer) items(c *heliograph.Content) {
	if c.Text != "" {
		w.line(c.Text)
		w.note("the " + string(c.Type) + " is replaced by its text")
		return
	}
	bare := heliograph.Content{Type: c.Type}
	for i := range c.Items {
		bare.Items = append(bare.Items, heliograph.Item{Title: c.Items[i].Title, Description: c.Items[i].Description})
	}
	lines := strings.Split(bare.Summary(), "\n")
	if len(lines) != len(c.Items) { // a title of several lines
		w.line(bare.Summary())
		lines = nil
	}
	for i := range c.Items {
		if lines != nil {
			w.line(lines[i])
		}
		w.actions(c.Items[i].Actions, "   ")
	}
	w.note("the " + string(c.Type) + " is sent as numbered text")
}

// actions writes buttons below the text: links with their target, webviews with
// what stands in for it outside an app, the rest by what it says.
func (w *writer) actions(actions []heliograph.Action, indent string) {
	for i := range actions {
		a := &actions[i]
		switch a.Type {
		case "link", "webview":
			target := a.Fallback
			if target == "" || a.Type == "link" {
				target = a.URI
			}
			w.line(indent + strings.TrimSpace(a.Text+" "+target))
		case "reply", "postback", "locationRequest":
			w.line(indent + a.Text)
			w.note(a.Type + " “" + a.Text + "” is sent as text")
		default:
			w.note(a.Type + " “" + a.Text + "” is left out")
		}
	}
}
