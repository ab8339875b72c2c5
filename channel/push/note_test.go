package push_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func outgoing(c *heliograph.Content) *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: heliograph.NotificationID{1, 15: 2}, Attempt: 1, Address: "device-1", Content: c,
		About: &channel.About{
			App: "Shop", Conversation: heliograph.ConversationID{11: 3}, Message: heliograph.MessageID{11: 4}, Sequence: 8, Unread: 2,
			Topic: heliograph.TopicProactive,
		},
	}
}

func TestCompose(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		expires time.Duration // from now; 0: never
		want    time.Duration
		over    bool
	}{
		"no expiry":       {0, push.MaxTTL, false},
		"an hour":         {time.Hour, time.Hour, false},
		"later than most": {90 * 24 * time.Hour, push.MaxTTL, false},
		"just over":       {-time.Millisecond, 0, true},
		"now":             {1, 0, true},
	} {
		out := outgoing(&heliograph.Content{Type: heliograph.TextMessage, Text: "Hi"})
		if tt.expires != 0 {
			out.Expires = heliograph.At(now.Add(tt.expires))
		}
		n, ok := push.Compose(out, now)
		if ok == tt.over || ok && (n.TTL != tt.want || !n.Expires.Equal(now.Add(tt.want))) {
			t.Errorf("%s: %v, %v, %v", name, n.TTL, n.Expires, ok)
		}
	}
	n, _ := push.Compose(outgoing(&heliograph.Content{Type: heliograph.TextMessage, Text: "Hi", Author: heliograph.Author{Name: "Ana\nof Shop"}}), now)
	if n.Title != "Ana of Shop" || n.Body != "Hi" || n.Badge != 2 || n.Group != "000000000000000000000003" || !n.Urgent {
		t.Errorf("%+v", n)
	}
	const data = `{"v":1,"delivery":"01000000-0000-0000-0000-000000000002","message":"000000000000000000000004","conversation":"000000000000000000000003","topic":"proactive","sequence":8}`
	if n.Data.JSON() != data {
		t.Errorf("the data is %s", n.Data.JSON())
	}
	alone := outgoing(&heliograph.Content{Type: heliograph.TextMessage, Text: "Hi"})
	alone.About.Conversation, alone.About.Unread, alone.Category = heliograph.ConversationID{}, -1, heliograph.Marketing
	if n, _ := push.Compose(alone, now); n.Group != alone.Delivery.String() || n.Badge != 0 || n.Urgent || n.Title != "Shop" {
		t.Errorf("%+v", n)
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]heliograph.Content{
		"Hi":                {Type: heliograph.TextMessage, Text: " Hi\n"},
		"Image":             {Type: heliograph.ImageMessage, MediaURL: "https://e.test/a.png"},
		"Image: boots":      {Type: heliograph.ImageMessage, AltText: "boots"},
		"See this":          {Type: heliograph.ImageMessage, Text: "See this", AltText: "boots"},
		"File: bill.pdf":    {Type: heliograph.FileMessage, AltText: "bill.pdf"},
		"Boots …":           {Type: heliograph.ListMessage, Items: []heliograph.Item{{Title: "Boots"}, {Title: "Hats"}}},
		"Hats":              {Type: heliograph.CarouselMessage, Items: []heliograph.Item{{Title: "Hats"}}},
		"Location: Museum":  {Type: heliograph.LocationMessage, Venue: &heliograph.Venue{Name: "Museum"}},
		"Location":          {Type: heliograph.LocationMessage, Coordinates: &heliograph.Coordinates{}},
		"Form: Your name?":  {Type: heliograph.FormMessage, Fields: []heliograph.FormField{{Name: "n", Label: "Your name?"}}},
		"Form: n":           {Type: heliograph.FormMessage, Fields: []heliograph.FormField{{Name: "n"}}},
		"Pay":               {Type: heliograph.TextMessage, Actions: []heliograph.Action{{Type: "link"}, {Type: "buy", Text: "Pay"}}},
		"New message":       {Type: heliograph.TextMessage},
		"instead of native": {Type: heliograph.TextMessage, Text: "x", Native: &heliograph.Native{Schema: "whatsapp", Fallback: "instead of native"}},
		"as they saw it":    {Type: heliograph.TextMessage, Text: "as they saw it", Native: &heliograph.Native{Schema: "whatsapp", Fallback: "other", Rebuilt: true}},
	} {
		if got := push.Body(&c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFit cuts texts of all kinds to all lengths: what is left is within the
// limit, is the beginning of what was, and ends between what people take for
// characters.
func TestFit(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"a", "é", "é", "漢", "👩‍👩‍👧", "👍🏽", "🇨🇭", "❤️", `"`, "\x01", "<", "각", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"} {
		text := strings.Repeat(unit, 60)
		for limit := 60; limit < 400; limit += 7 {
			n := &push.Note{Title: "Shop", Body: text}
			b, err := n.Fit(limit, func(n *push.Note) any { return map[string]string{"title": n.Title, "body": n.Body} })
			if err != nil || len(b) > limit {
				t.Fatalf("%q in %d bytes: %d, %v", unit, limit, len(b), err)
			}
			var got struct{ Title, Body string }
			if err := json.Unmarshal(b, &got); err != nil || !utf8.ValidString(got.Body) {
				t.Fatalf("%q in %d bytes: %s, %v", unit, limit, b, err)
			}
			if rest := strings.TrimSuffix(got.Body, "…"); rest != text && (rest == got.Body && rest != "" || strings.ReplaceAll(rest, unit, "") != "") {
				t.Fatalf("%q in %d bytes became %q", unit, limit, got.Body)
			}
			if n.Body != text {
				t.Fatal("the push itself was cut")
			}
		}
	}
	if b, err := (&push.Note{Title: strings.Repeat("t", 50), Body: "b"}).Fit(40, func(n *push.Note) any { return map[string]string{"t": n.Title, "b": n.Body} }); err != nil || len(b) > 40 || !strings.Contains(string(b), "tt…") {
		t.Errorf("%s, %v", b, err)
	}
	if _, err := (&push.Note{Body: "b"}).Fit(3, func(*push.Note) any { return "much more than that" }); err == nil {
		t.Error("what cannot fit fits")
	}
}
