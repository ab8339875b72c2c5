package content

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"heliograph"
)

// MaxAltRunes bounds an alternative text.
const MaxAltRunes = 128

// validate checks c and drops the fields its type does not have.
func validate(at string, c *heliograph.Content) error {
	if err := first(tooLong(at, "text", c.Text, heliograph.MaxTextRunes), checkActions(at, c.Actions)); err != nil {
		return err
	}
	switch c.Type {
	case heliograph.TextMessage:
		c.MediaURL, c.MediaType, c.MediaSize, c.AltText = "", "", 0, ""
		if strings.TrimSpace(c.Text) == "" && len(c.Actions) == 0 {
			return invalid(at, "text", "must not be empty in a message without actions")
		}
		return tooLong(at, "payload", c.Payload, heliograph.MaxTextRunes)
	case heliograph.ImageMessage:
		c.Payload = ""
		return first(need(at, "mediaUrl", c.MediaURL), checkURL(at, "mediaUrl", c.MediaURL),
			tooLong(at, "mediaType", c.MediaType, heliograph.MaxNameRunes), tooLong(at, "altText", c.AltText, MaxAltRunes))
	case "":
		return invalid(at, "type", "is required")
	case "file", "carousel", "list", "location", "form", "formResponse":
		return invalid(at, "type", "%s is not supported by this server yet; use text or image", c.Type)
	}
	return invalid(at, "type", "must be text or image")
}

func need(at, name, value string) error {
	if value == "" {
		return invalid(at, name, "is required")
	}
	return nil
}

func oneOf(at, name, value string, words ...string) error {
	if slices.Contains(words, value) {
		return nil
	}
	return invalid(at, name, "must be one of %s", strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), ", "))
}

// tooLong counts code points, as the limits do. A text of no more bytes than
// the limit needs no counting.
func tooLong(at, name, value string, limit int) error {
	if len(value) <= limit || utf8.RuneCountInString(value) <= limit {
		return nil
	}
	return invalid(at, name, "is longer than %d characters", limit)
}

// checkURL checks an optional http or https URL.
func checkURL(at, name, value string) error {
	if value == "" {
		return nil
	}
	if len(value) > heliograph.MaxURLBytes {
		return invalid(at, name, "is longer than %d bytes", heliograph.MaxURLBytes)
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return invalid(at, name, "must be an http or https URL")
	}
	return nil
}
