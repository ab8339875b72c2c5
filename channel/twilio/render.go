package twilio

import (
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Limits of one message.
const (
	maxBody  = 1600    // Twilio counts UTF-16 units; beyond them it answers 21617
	maxMedia = 5 << 20 // bytes of one image
)

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) {
	text, notes := actionsAsText(c)
	media, err := s.mediaOf(c, &text, &notes)
	if err != nil {
		return channel.Rendering{}, err
	}
	if s.settings.SmartEncoding {
		if plain, changed := sms.Smart(text); changed {
			text, notes = plain, append(notes, "typographic characters were replaced by plain ones")
		}
	}
	switch {
	case text == "" && media == nil:
		return channel.Rendering{}, heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage, "the message has nothing that SMS can carry")
	case len(text) > maxBody && sms.Units16(text) > maxBody:
		return channel.Rendering{}, heliograph.Errorf(heliograph.Invalid, heliograph.ReasonContentTooLong, "the text, with its links, has more than %d characters", maxBody)
	}
	out := channel.Rendering{Text: text, Media: media, Notes: notes, Parts: 1}
	if media == nil {
		seg := sms.Segment(text)
		out.Parts, out.Units, out.Encoding = seg.Parts, seg.Units, seg.Encoding.String()
	}
	return out, nil
}

// mediaOf returns the media of c; an image that goes out as a link is added to
// the text instead.
func (s *sender) mediaOf(c *heliograph.Content, text *string, notes *[]string) ([]string, error) {
	switch {
	case c.Type == heliograph.TextMessage:
		return nil, nil
	case c.Type != heliograph.ImageMessage || c.MediaURL == "":
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage, "SMS cannot carry a message of type %q", c.Type)
	case s.settings.ImagesAsLinks:
		*text = join(*text, c.MediaURL)
		*notes = append(*notes, "the image is sent as a link")
		return nil, nil
	case c.MediaSize > maxMedia:
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage, "the image is larger than 5 MB")
	}
	return []string{c.MediaURL}, nil
}

// actionsAsText returns the text of c with its actions written below it, as a
// phone shows no buttons.
func actionsAsText(c *heliograph.Content) (text string, notes []string) {
	if len(c.Actions) == 0 {
		return c.Text, nil
	}
	text = c.Text
	for i := range c.Actions {
		a := &c.Actions[i]
		switch a.Type {
		case "link", "webview":
			target := a.URI
			if target == "" {
				target = a.Fallback
			}
			text = join(text, strings.TrimSpace(a.Text+" "+target))
		case "reply", "postback", "locationRequest":
			text = join(text, a.Text)
			notes = append(notes, a.Type+" "+quote(a.Text)+" is sent as text")
		default:
			notes = append(notes, a.Type+" "+quote(a.Text)+" is left out")
		}
	}
	return text, notes
}

func quote(s string) string { return "“" + s + "”" }

func join(text, line string) string {
	if text == "" || line == "" {
		return text + line
	}
	return text + "\n" + line
}
