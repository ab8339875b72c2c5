// Package push is how a message is put as a push, for whichever service takes
// it to the device. It is pure, and knows no service: each of those has a
// package below.
package push

import (
	"cmp"
	"encoding/json"
	"time"

	"heliograph"
	"heliograph/channel"
)

// MaxTTL is for how long a push is kept for a device that is off, when the
// message says nothing shorter: no service keeps one longer.
const MaxTTL = 28 * 24 * time.Hour

// Note is a push: what a person sees of it, and what the SDK needs besides.
type Note struct {
	Title, Body string
	// Group is the same for all pushes of a conversation. A later one takes the
	// place of an earlier one that nobody has seen.
	Group string
	Badge int64 // messages that are not read
	// Expires is when it is worth nothing any more, at most MaxTTL from now.
	Expires time.Time
	TTL     time.Duration // until then; at least 0
	Urgent  bool
	Data    Data
}

// Data is what the SDK finds in a push under the name "heliograph".
type Data struct {
	Version      int              `json:"v"`
	Delivery     string           `json:"delivery"`
	Message      string           `json:"message"`
	Conversation string           `json:"conversation"`
	Topic        heliograph.Topic `json:"topic"`
	Sequence     int64            `json:"sequence"`
}

// JSON returns d where only text fits.
func (d *Data) JSON() string {
	b, _ := json.Marshal(d) // a struct of texts and numbers
	return string(b)
}

// Compose returns the push of a message to a device; false when its time is
// over.
func Compose(out *channel.Outgoing, now time.Time) (*Note, bool) {
	a := out.About
	n := &Note{
		Title: cut(oneLine(cmp.Or(out.Content.Author.Name, a.App)), maxTitle), Body: Body(out.Content),
		Group: a.Conversation.String(), Badge: max(a.Unread, 0),
		TTL: MaxTTL, Urgent: out.Category != heliograph.Marketing,
		Data: Data{
			Version: 1, Delivery: out.Delivery.String(), Message: a.Message.String(), Conversation: a.Conversation.String(),
			Topic: cmp.Or(a.Topic, heliograph.TopicAgent), Sequence: a.Sequence,
		},
	}
	if n.Group == "" {
		n.Group = n.Data.Delivery
	}
	if out.Expires != 0 {
		n.TTL = min(out.Expires.Time().Sub(now), MaxTTL)
	}
	n.Expires = now.Add(n.TTL)
	return n, n.TTL > 0
}
