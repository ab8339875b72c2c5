package sms

import (
	"maps"
	"slices"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/plain"
)

// Carrier is what one sender makes of messages: what fits into an SMS of its
// network, and which pictures it carries beside the text.
type Carrier struct {
	MaxUnits int // UTF-16 units of one text; 0: no limit of its own
	MaxParts int // 0: no limit of its own
	// MMS are the pictures that go beside the text; those that are not in it, and
	// all files, go as links. nil: there is no MMS.
	MMS channel.MediaLimits
	// MaxCaption is how many UTF-16 units the text beside a picture may have.
	MaxCaption int
	// LinkLarge says that a picture that is too large goes as a link. Without it
	// the message is refused.
	LinkLarge bool
	Smart     bool // see Smart
}

// Render writes content as it goes out. What cannot go out at all is an
// *heliograph.Error of kind Invalid whose code is a Reason constant.
func (c *Carrier) Render(content *heliograph.Content) (channel.Rendering, error) {
	m, err := plain.Write(content, func(kind string) bool {
		most, known := c.limit(kind)
		return known && (!c.LinkLarge || content.MediaSize <= most)
	})
	if err != nil {
		return channel.Rendering{}, err
	}
	out := channel.Rendering{Text: m.Text, Notes: m.Notes, Parts: 1}
	for i := range m.Media {
		if err := c.attach(&out, &m.Media[i]); err != nil {
			return channel.Rendering{}, err
		}
	}
	if c.Smart {
		if simple, changed := Smart(out.Text); changed {
			out.Text, out.Notes = simple, append(out.Notes, "typographic characters were replaced by plain ones")
		}
	}
	if err := c.measure(&out); err != nil {
		return channel.Rendering{}, err
	}
	return out, nil
}

// limit returns how large a picture of a MIME type may be; false for what MMS
// does not carry. A picture whose type nobody told is taken for any of them.
func (c *Carrier) limit(kind string) (int64, bool) {
	kind, _, _ = strings.Cut(kind, ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if most, known := c.MMS[kind]; known || kind != "image/*" || len(c.MMS) == 0 {
		return most, known
	}
	return slices.Min(slices.Collect(maps.Values(c.MMS))), true
}

func (c *Carrier) attach(out *channel.Rendering, m *plain.Media) error {
	kind := m.Type
	if kind == "" {
		kind = "image/*"
	}
	switch most, _ := c.limit(kind); {
	case m.URL == "":
		return refuse(heliograph.ReasonUnsupportedMessage, "the image has no address")
	case m.Size > most:
		return refuse(heliograph.ReasonUnsupportedMessage, "the image is larger than %d MB", most>>20)
	}
	out.Media = append(out.Media, m.URL)
	return nil
}

// measure counts out, and refuses what is empty or too long.
func (c *Carrier) measure(out *channel.Rendering) error {
	most := c.MaxUnits
	if out.Media != nil && c.MaxCaption > 0 {
		most = c.MaxCaption
	}
	switch {
	case out.Text == "" && out.Media == nil:
		return refuse(heliograph.ReasonUnsupportedMessage, "the message has nothing that SMS can carry")
	case most > 0 && len(out.Text) > most && Units16(out.Text) > most:
		return refuse(heliograph.ReasonContentTooLong, "the text, with its links, has more than %d characters", most)
	case out.Media != nil:
		return nil
	}
	seg := Segment(out.Text)
	if c.MaxParts > 0 && seg.Parts > c.MaxParts {
		return refuse(heliograph.ReasonContentTooLong, "the text, with its links, takes %d SMS; the most is %d", seg.Parts, c.MaxParts)
	}
	out.Parts, out.Units, out.Encoding = seg.Parts, seg.Units, seg.Encoding.String()
	return nil
}

func refuse(reason, format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, reason, format, args...)
}
