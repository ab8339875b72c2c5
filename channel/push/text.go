package push

import (
	"strings"

	"heliograph"
)

// maxTitle is how many bytes a title may have.
const maxTitle = 200

// Body returns what a push says of a message: its text, else what kind of
// message it is.
func Body(c *heliograph.Content) string {
	switch {
	case c.Native != nil && !c.Native.Rebuilt && c.Native.Fallback != "":
		return c.Native.Fallback
	case strings.TrimSpace(c.Text) != "":
		return strings.TrimSpace(c.Text)
	}
	switch c.Type {
	case heliograph.ImageMessage:
		return named("Image", c.AltText)
	case heliograph.FileMessage:
		return named("File", c.AltText)
	case heliograph.CarouselMessage, heliograph.ListMessage:
		return items(c.Items)
	case heliograph.LocationMessage:
		if c.Venue != nil {
			return named("Location", c.Venue.Name)
		}
		return "Location"
	case heliograph.FormMessage:
		return form(c.Fields)
	}
	for i := range c.Actions {
		if c.Actions[i].Text != "" {
			return c.Actions[i].Text
		}
	}
	return "New message"
}

func named(kind, name string) string {
	if name = oneLine(name); name != "" {
		return kind + ": " + name
	}
	return kind
}

// items names the first card, and says that there are more.
func items(list []heliograph.Item) string {
	if len(list) == 0 {
		return "New message"
	}
	first := oneLine(list[0].Title)
	if len(list) > 1 {
		first += " …"
	}
	return first
}

func form(fields []heliograph.FormField) string {
	if len(fields) == 0 {
		return "Form"
	}
	if fields[0].Label != "" {
		return named("Form", fields[0].Label)
	}
	return named("Form", fields[0].Name)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
