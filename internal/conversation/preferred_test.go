package conversation_test

import (
	"context"
	"slices"
	"testing"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

// three are the clients of somebody who last used SMS, then WhatsApp, then mail.
func three(b *bed) (u *heliograph.User, sms, chat, mail heliograph.IntegrationID) {
	sms, chat, mail = b.ids.Integration(), b.ids.Integration(), b.ids.Integration()
	u = b.newUser(
		heliograph.Client{Integration: sms, Platform: "twilio", Address: "+15550001", Status: heliograph.ClientActive, LinkedAt: 1, LastSeen: 30},
		heliograph.Client{Integration: chat, Platform: "whatsapp", Address: "+15550001", Status: heliograph.ClientActive, LinkedAt: 2, LastSeen: 20},
		heliograph.Client{Integration: mail, Platform: "mailgun", Address: "a@e.test", Status: heliograph.ClientActive, LinkedAt: 3, LastSeen: 10},
	)
	return u, sms, chat, mail
}

func TestPreferred(t *testing.T) {
	t.Parallel()
	window, gone := heliograph.ReasonOutsideWindow, heliograph.ReasonIntegrationGone
	for name, tc := range map[string]struct {
		order []string
		stops [3]string // of sms, chat, mail
		want  string
		skip  []string // channels that were passed over
	}{
		"the last used":                         {want: "twilio"},
		"the next when that cannot be reached":  {stops: [3]string{gone, "", ""}, want: "whatsapp", skip: []string{"twilio"}},
		"the last of all":                       {stops: [3]string{gone, window, ""}, want: "mailgun", skip: []string{"twilio", "whatsapp"}},
		"none can be reached: the preferred":    {stops: [3]string{gone, window, gone}, want: "twilio", skip: []string{"twilio", "whatsapp", "mailgun"}},
		"the app's order":                       {order: []string{"mailgun", "whatsapp"}, want: "mailgun"},
		"the app's order, as far as it reaches": {order: []string{"mailgun", "whatsapp"}, stops: [3]string{"", "", gone}, want: "whatsapp", skip: []string{"mailgun"}},
		"what the app's order leaves out":       {order: []string{"whatsapp"}, stops: [3]string{"", window, ""}, want: "twilio", skip: []string{"whatsapp"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			u, sms, chat, mail := three(b)
			b.stops = map[heliograph.IntegrationID]string{sms: tc.stops[0], chat: tc.stops[1], mail: tc.stops[2]}
			b.app.Settings.PreferredChannels = tc.order
			b.say(u, "hello")
			if len(b.sent) != 1 || b.sent[0].Channel != tc.want {
				t.Fatalf("sent %v, want by %s", b.sent, tc.want)
			}
			var skipped []string
			for _, c := range b.sent[0].Details.Choices {
				if c.Reason != "" {
					skipped = append(skipped, c.Channel)
				}
				if c.Chosen != (c.Channel == tc.want) {
					t.Errorf("%s is chosen: %v", c.Channel, c.Chosen)
				}
			}
			if !slices.Equal(skipped, tc.skip) {
				t.Errorf("passed over %v, want %v", skipped, tc.skip)
			}
		})
	}
}

func TestFallback(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status  heliograph.Status
		reason  string
		to      *conversation.Destination
		blocked bool // the others opted out
		deleted bool
		want    string
	}{
		"a failure goes on":               {status: heliograph.Failed, reason: heliograph.ReasonNotFound, want: "whatsapp"},
		"so does an opt-out":              {status: heliograph.Failed, reason: heliograph.ReasonOptedOut, want: "whatsapp"},
		"what may have arrived does not":  {status: heliograph.Failed, reason: heliograph.ReasonUnknownOutcome},
		"what was taken back does not":    {status: heliograph.Cancelled, reason: heliograph.ReasonCancelled},
		"what came too late does not":     {status: heliograph.Expired, reason: heliograph.ReasonExpired},
		"what was sent to one place only": {status: heliograph.Failed, reason: heliograph.ReasonNotFound, to: &conversation.Destination{Type: "twilio"}},
		"nobody else can be reached":      {status: heliograph.Failed, reason: heliograph.ReasonNotFound, blocked: true},
		"the message is gone":             {status: heliograph.Failed, reason: heliograph.ReasonNotFound, deleted: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			u, _, chat, mail := three(b)
			if tc.blocked {
				b.stops = map[heliograph.IntegrationID]string{chat: heliograph.ReasonOptedOut, mail: heliograph.ReasonOptedOut}
			}
			posted, err := b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: heliograph.Business, Destination: tc.to, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "a"}})
			b.must(err)
			if tc.deleted {
				_, err := store.Messages{Store: b.s}.Delete(t.Context(), b.app.ID, posted.Conversation.ID, posted.Message.ID)
				b.must(err)
			}
			d := *b.sent[0]
			d.Status, d.Reason = tc.status, tc.reason
			b.failed(&d)
			if tc.want == "" {
				if len(b.sent) != 1 {
					t.Errorf("sent on by %s", b.sent[1].Channel)
				}
				return
			}
			if len(b.sent) != 2 || b.sent[1].Channel != tc.want || b.sent[1].Details.Instead != d.ID || b.sent[1].Message != d.Message {
				t.Fatalf("sent %+v", b.sent)
			}
		})
	}
}

// TestFallbackEnds: each client is tried once.
func TestFallbackEnds(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u, _, _, _ := three(b)
	b.say(u, "hello")
	for i := 0; i < len(b.sent) && i < 10; i++ {
		d := *b.sent[i]
		d.Status, d.Reason = heliograph.Failed, heliograph.ReasonNotFound
		b.failed(&d)
	}
	var channels []string
	for _, d := range b.sent {
		channels = append(channels, d.Channel)
	}
	if !slices.Equal(channels, []string{"twilio", "whatsapp", "mailgun"}) {
		t.Errorf("tried %v", channels)
	}
}

func (b *bed) failed(d *heliograph.Delivery) {
	b.Helper()
	b.must(b.s.Atomically(b.Context(), func(ctx context.Context) error { return b.Undelivered(ctx, d) }))
}

// TestFallbackAfterFailover: what another integration took over does not go back
// to the one that could not send it.
func TestFallbackAfterFailover(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u, sms, _, _ := three(b)
	b.say(u, "hello")
	// A message of which nothing is stored but what came of the failover.
	said, err := b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: heliograph.Customer, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "a"}})
	b.must(err)
	d := *b.sent[0]
	d.ID, d.Message = b.ids.Notification(), said.Message.ID
	d.Integration, d.Client, d.Details.Origin = b.ids.Integration(), b.ids.Client(), sms
	d.Status, d.Reason = heliograph.Failed, heliograph.ReasonNotFound
	b.failed(&d)
	if len(b.sent) != 2 || b.sent[1].Channel != "whatsapp" {
		t.Errorf("after %s of %s it went to %s", d.Client, sms, b.sent[len(b.sent)-1].Channel)
	}
}
