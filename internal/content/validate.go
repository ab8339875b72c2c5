package content

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"heliograph"
)

// validate checks c and drops the fields its type does not have.
func validate(at string, c *heliograph.Content) error {
	if err := first(tooLong(at, "text", c.Text, heliograph.MaxTextRunes), checkOverride(at, c.Override)); err != nil {
		return err
	}
	if c.Type == heliograph.TextMessage || c.Type == heliograph.ImageMessage {
		if err := checkActions(at, c.Actions); err != nil {
			return err
		}
	} else {
		c.Actions = nil
	}
	if c.Type != heliograph.TextMessage {
		c.Payload = ""
	}
	keepOwn(c)
	switch c.Type {
	case heliograph.TextMessage:
		if strings.TrimSpace(c.Text) == "" && len(c.Actions) == 0 {
			return invalid(at, "text", "must not be empty in a message without actions")
		}
		return tooLong(at, "payload", c.Payload, heliograph.MaxTextRunes)
	case heliograph.ImageMessage, heliograph.FileMessage:
		return first(need(at, "mediaUrl", c.MediaURL), checkURL(at, "mediaUrl", c.MediaURL),
			tooLong(at, "mediaType", c.MediaType, heliograph.MaxNameRunes), tooLong(at, "altText", c.AltText, heliograph.MaxAltRunes))
	case heliograph.CarouselMessage:
		return first(checkItems(at, c.Items), oneOf(join(at, "displaySettings"), "imageAspectRatio", c.ImageRatio, "", "horizontal", "square"))
	case heliograph.ListMessage:
		return checkItems(at, c.Items)
	case heliograph.LocationMessage:
		return checkPlace(at, c)
	case heliograph.FormMessage:
		return checkFields(at, c.Fields, false)
	case heliograph.FormResponseMessage:
		return checkFields(at, c.Fields, true)
	case "":
		return invalid(at, "type", "is required")
	}
	return invalid(at, "type", "must be one of text, image, file, carousel, list, location, form")
}

// keepOwn drops the fields that c's type does not have, those that nearly no
// message has among them.
func keepOwn(c *heliograph.Content) {
	t := c.Type
	if t != heliograph.ImageMessage && t != heliograph.FileMessage {
		c.MediaURL, c.MediaType, c.MediaSize, c.AltText = "", "", 0, ""
	}
	if t != heliograph.CarouselMessage && t != heliograph.ListMessage {
		c.Items = nil
	}
	if t != heliograph.CarouselMessage {
		c.ImageRatio = ""
	}
	if t != heliograph.FormMessage && t != heliograph.FormResponseMessage {
		c.Fields = nil
	}
	if t != heliograph.FormMessage {
		c.BlockChatInput, c.Submitted = false, false
	}
	if t != heliograph.LocationMessage {
		c.Coordinates, c.Venue = nil, nil
	}
	if t != heliograph.FormResponseMessage {
		c.Quoted = heliograph.MessageID{}
	}
}

// checkOverride checks that raw is {channel: {"payload": {…}}}.
func checkOverride(at string, raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	var channels map[string]json.RawMessage
	if json.Unmarshal(raw, &channels) != nil {
		return invalid(at, "override", "must be a JSON object")
	}
	for name, body := range channels {
		var one struct {
			Payload map[string]json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(body, &one) != nil || one.Payload == nil {
			return invalid(at, "override."+name, `must be {"payload": {…}}, the provider's own body`)
		}
	}
	return nil
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
