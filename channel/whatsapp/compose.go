package whatsapp

import (
	"heliograph"
	"heliograph/channel"
	"heliograph/channel/plain"
)

// message is one message as WhatsApp takes it.
type message struct {
	kind  string         // its type: text, image, interactive, …
	body  any            // what stands under that name
	whole map[string]any // instead of both: a caller's own message
	files []*file        // that it links to
	shown channel.Rendering
}

// file is a file to which a message links. Where Meta cannot fetch it, Send
// uploads it and puts its id in the place of the link.
type file struct {
	kind   string
	plain  plain.Media
	linked map[string]any // the object that has the link
}

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) {
	m, err := s.compose(c)
	return m.shown, err
}

// compose writes a message. What WhatsApp has no form for goes out as text.
func (s *sender) compose(c *heliograph.Content) (message, error) {
	switch raw := override(c.Override); {
	case raw != nil:
		return native(c, raw)
	case c.Native != nil && c.Native.Schema == Schema:
		return native(c, c.Native.Message)
	case c.Native != nil && !c.Native.Rebuilt:
		return s.asText(c)
	}
	switch c.Type {
	case heliograph.LocationMessage:
		if c.Coordinates != nil && len(c.Actions) == 0 {
			return location(c), nil
		}
	case heliograph.TextMessage, heliograph.ImageMessage, heliograph.FileMessage:
		if m, ok := s.interactive(c); ok {
			return m, nil
		}
	case heliograph.CarouselMessage, heliograph.ListMessage:
		if m, ok := s.rowsOf(c); ok {
			return m, nil
		}
	}
	return s.asText(c)
}

// asText writes a message as text, or as a file with the text below it.
func (s *sender) asText(c *heliograph.Content) (message, error) {
	p, err := plain.Write(c, func(string) bool { return true })
	if err != nil {
		return message{}, err
	}
	if len(p.Media) > 0 {
		m, err := withFile(p, c.Type == heliograph.ImageMessage)
		if err != nil || runes(p.Text) <= maxCaption {
			return m, err
		}
		p.Text += "\n" + p.Media[0].URL
		p.Notes = append(p.Notes, "the text is too long for a caption, so that the file is sent as a link")
		p.Media = nil
	}
	switch {
	case p.Text == "":
		return message{}, unsupported("the message has nothing that WhatsApp can carry")
	case runes(p.Text) > maxText:
		return message{}, tooLong("the text, with its links, has more than %d characters", maxText)
	}
	return message{
		kind: "text", body: map[string]any{"body": p.Text, "preview_url": hasLink(p.Text)},
		shown: channel.Rendering{Text: p.Text, Parts: 1, Notes: p.Notes},
	}, nil
}

// withFile writes a file, by the kind that its type is of. A file whose kind can
// have no caption goes as a document when there is one.
func withFile(p plain.Message, picture bool) (message, error) {
	media := p.Media[0]
	kind := kindOf(media.Type)
	if media.Type == "" && picture || baseType(media.Type) == "image/*" {
		kind = image
	}
	if (kind == sticker || kind == audio) && p.Text != "" {
		kind = document
		p.Notes = append(p.Notes, "the file is sent as a document, for its caption")
	}
	if limit := sizeOf(kind); media.Size > limit {
		return message{}, tooLong("%s of this type may have %d bytes", kind, limit)
	}
	body := map[string]any{"link": media.URL}
	if p.Text != "" {
		body["caption"] = p.Text
	}
	if name := or(media.Name, fileName(media.URL)); kind == document && name != "" {
		body["filename"] = name
	}
	return message{
		kind: kind, body: body, files: []*file{{kind: kind, plain: media, linked: body}},
		shown: channel.Rendering{Text: p.Text, Media: []string{media.URL}, Parts: 1, Notes: p.Notes},
	}, nil
}

func location(c *heliograph.Content) message {
	body := map[string]any{"latitude": c.Coordinates.Lat, "longitude": c.Coordinates.Long}
	if v := c.Venue; v != nil {
		if v.Name != "" {
			body["name"] = v.Name
		}
		if v.Address != "" {
			body["address"] = v.Address
		}
	}
	return message{kind: "location", body: body, shown: channel.Rendering{Text: c.Summary(), Parts: 1}}
}

func unsupported(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage, format, args...)
}

func tooLong(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.ReasonContentTooLong, format, args...)
}
