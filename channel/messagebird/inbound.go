package messagebird

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
)

// inbound reads a person's message, under each of the names that its fields
// have had: those of long numbers, those before them, and those of short codes.
//
// MessageBird keeps its own list of those who opted out, but it is not known to
// answer them: so we do, and where it does after all ours is refused (103).
func (s *sender) inbound(f fields) (*channel.Received, error) {
	id, from := f.first("id", "message_id", "mid"), strings.TrimSpace(f.first("originator", "sender", "msisdn"))
	switch {
	case id == "" || len(id) > maxID:
		return nil, invalid("id is missing")
	case from == "":
		return nil, invalid("originator is missing")
	}
	m := &channel.MessageFact{
		From: addressOf(from), To: addressOf(f.first("recipient", "receiver", "shortcode")), External: id,
		Text: f.first("body", "message", "payload"), Media: media(f),
	}
	return &channel.Received{Facts: []channel.Fact{{Key: id, At: written(f), Message: m}}, Answer: thanks}, nil
}

// written is when a message was written, as far as it says.
func written(f fields) heliograph.Millis {
	if at := moment(f.first("createddatetime")); at != 0 {
		return at
	}
	if at, err := time.Parse("20060102150405", f.first("receive_datetime")); err == nil {
		return heliograph.At(at)
	}
	for _, name := range []string{"date_utc", "date"} {
		// 2001 to 2100, in seconds.
		if n, err := strconv.ParseInt(f.first(name), 10, 64); err == nil && n > 1e9 && n < 4.1e9 {
			return heliograph.At(time.Unix(n, 0))
		}
	}
	return 0
}

const maxMedia = 50

// media finds the addresses of pictures, however a form can hold a list.
func media(f fields) (out []channel.Media) {
	for i := range f {
		if name, _, _ := strings.Cut(f[i].name, "["); name != "mediaurls" {
			continue
		}
		for _, u := range list(f[i].value) {
			if len(out) < maxMedia && (strings.HasPrefix(u, "https://") || strings.HasPrefix(u, "http://")) {
				out = append(out, channel.Media{URL: u})
			}
		}
	}
	return out
}

// list reads a JSON list, or addresses between commas or spaces. A comma within
// an address is not one between two.
func list(value string) (out []string) {
	if json.Unmarshal([]byte(value), &out) == nil {
		return out
	}
	return strings.Fields(strings.ReplaceAll(value, ",http", " http"))
}
