package heliograph

import (
	"strconv"
	"strings"
)

// Summary returns what a message says where nothing but text can be shown: its
// own text; else its items, numbered; its place, with a link to a map; its
// file's name and address; or the answers of a form. Actions are left out.
func (c *Content) Summary() string {
	if c.Text != "" {
		return c.Text
	}
	switch c.Type {
	case CarouselMessage, ListMessage:
		return itemsText(c.Items)
	case LocationMessage:
		return placeText(c)
	case ImageMessage, FileMessage:
		return joinText(c.AltText, c.MediaURL, "\n")
	case FormMessage, FormResponseMessage:
		return fieldsText(c.Fields)
	}
	return ""
}

func itemsText(items []Item) string {
	lines := make([]string, len(items))
	for i := range items {
		lines[i] = strconv.Itoa(i+1) + ". " + joinText(items[i].Title, items[i].Description, ": ")
	}
	return strings.Join(lines, "\n")
}

func placeText(c *Content) string {
	var name string
	if c.Venue != nil {
		name = joinText(c.Venue.Name, c.Venue.Address, ", ")
	}
	if c.Coordinates == nil {
		return name
	}
	degrees := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	url := "https://maps.google.com/maps?q=" + degrees(c.Coordinates.Lat) + "," + degrees(c.Coordinates.Long)
	return "Location: " + joinText(name, url, "\n")
}

func fieldsText(fields []FormField) string {
	var lines []string
	for i := range fields {
		f := &fields[i]
		label := f.Label
		if label == "" {
			label = f.Name
		}
		answer := f.Text + f.Email
		for _, o := range f.Select {
			answer = joinText(answer, o.Label, ", ")
		}
		lines = append(lines, joinText(label, answer, ": "))
	}
	return strings.Join(lines, "\n")
}

func joinText(a, b, between string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + between + b
}
