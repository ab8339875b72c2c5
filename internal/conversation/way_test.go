package conversation_test

import (
	"slices"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

// onDevice is a client that runs our SDK; with topics it takes pushes.
func onDevice(platform, address string, lastSeen heliograph.Millis, topics ...heliograph.Topic) heliograph.Client {
	d := &heliograph.Device{}
	if len(topics) > 0 {
		d.Push = &heliograph.Push{Service: heliograph.PushFCM, Token: "token of " + address, Topics: topics}
	}
	return heliograph.Client{Platform: platform, Address: address, Status: heliograph.ClientActive, LinkedAt: 1, LastSeen: lastSeen, Details: heliograph.ClientDetails{Device: d}}
}

func bySMS(lastSeen heliograph.Millis) heliograph.Client {
	return heliograph.Client{Platform: "twilio", Address: "+15550001", Status: heliograph.ClientActive, LinkedAt: 1, LastSeen: lastSeen}
}

// went describes how a message went: by which channel, to what, and how.
func went(sent []*heliograph.Delivery, now heliograph.Millis) (out []string) {
	for _, d := range sent {
		how := d.Channel + " " + d.Address
		if d.Details.Beside {
			how += " beside"
		}
		if d.Details.IfUnread {
			how += " if unread"
		}
		if wait := d.Due.Sub(now); wait > 0 {
			how += " after " + wait.String()
		}
		out = append(out, how)
	}
	return out
}

func TestWhereMessagesGo(t *testing.T) {
	t.Parallel()
	agent, proactive := heliograph.TopicAgent, heliograph.TopicProactive
	web, ios, android := heliograph.PlatformWeb, heliograph.PlatformIOS, heliograph.PlatformAndroid
	off, short := 0, 60
	for name, tc := range map[string]struct {
		clients  []heliograph.Client
		online   bool
		category heliograph.Category
		to       *conversation.Destination
		unread   *int
		order    []string
		want     []string
	}{
		"a page alone":                      {clients: []heliograph.Client{onDevice(web, "w", 50)}, want: []string{"web w"}},
		"a phone with pushes":               {clients: []heliograph.Client{onDevice(ios, "i", 50, agent)}, want: []string{"ios i"}},
		"held while somebody is there":      {online: true, clients: []heliograph.Client{onDevice(ios, "i", 50, agent)}, want: []string{"ios i after 5s"}},
		"a page needs no holding":           {online: true, clients: []heliograph.Client{onDevice(web, "w", 50)}, want: []string{"web w"}},
		"all devices that take it":          {clients: []heliograph.Client{onDevice(web, "w", 50), onDevice(ios, "i", 40, agent), onDevice(android, "a", 45, agent, proactive), onDevice(ios, "p", 30, proactive)}, want: []string{"web w", "android a beside", "ios i beside"}},
		"all of them held":                  {online: true, clients: []heliograph.Client{onDevice(ios, "i", 50, agent), onDevice(web, "w", 40), onDevice(android, "a", 30, agent)}, want: []string{"ios i after 5s", "android a beside after 5s"}},
		"marketing by its topic":            {category: heliograph.Marketing, clients: []heliograph.Client{onDevice(ios, "i", 50, agent), onDevice(android, "a", 30, agent, proactive)}, want: []string{"ios i", "android a beside"}},
		"another channel is preferred":      {clients: []heliograph.Client{bySMS(90), onDevice(ios, "i", 50, agent)}, want: []string{"twilio +15550001"}},
		"the app's order prefers it":        {order: []string{"twilio"}, clients: []heliograph.Client{bySMS(10), onDevice(ios, "i", 50, agent)}, want: []string{"twilio +15550001"}},
		"unread, the next channel gets it":  {clients: []heliograph.Client{bySMS(10), onDevice(web, "w", 50)}, want: []string{"web w", "twilio +15550001 if unread after 5m0s"}},
		"after the app's own time":          {unread: &short, clients: []heliograph.Client{bySMS(10), onDevice(web, "w", 50)}, want: []string{"web w", "twilio +15550001 if unread after 1m0s"}},
		"switched off":                      {unread: &off, clients: []heliograph.Client{bySMS(10), onDevice(web, "w", 50)}, want: []string{"web w"}},
		"a push on another device suffices": {clients: []heliograph.Client{bySMS(10), onDevice(web, "w", 50), onDevice(ios, "i", 40, agent)}, want: []string{"web w", "ios i beside"}},
		"of another topic it does not":      {clients: []heliograph.Client{bySMS(10), onDevice(web, "w", 50), onDevice(ios, "i", 40, proactive)}, want: []string{"web w", "twilio +15550001 if unread after 5m0s"}},
		"who chose the page means the page": {to: &conversation.Destination{Type: web}, clients: []heliograph.Client{bySMS(90), onDevice(web, "w", 50)}, want: []string{"web w"}},
		"who chose it tells all devices":    {to: &conversation.Destination{Type: web}, clients: []heliograph.Client{bySMS(90), onDevice(web, "w", 50), onDevice(ios, "i", 40, agent)}, want: []string{"web w", "ios i beside"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			for i := range tc.clients {
				tc.clients[i].Integration = b.ids.Integration()
			}
			u := b.newUser(tc.clients...)
			if tc.online {
				b.online = []heliograph.PresentDevice{{Client: b.ids.Client()}}
			}
			b.app.Settings.UnreadFallbackSeconds, b.app.Settings.PreferredChannels = tc.unread, tc.order
			_, err := b.Post(t.Context(), &conversation.Post{
				App: b.app, User: u, Role: heliograph.Business, Category: tc.category, Destination: tc.to,
				Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "hello"},
			})
			b.must(err)
			if got := went(b.sent, b.now()); !slices.Equal(got, tc.want) {
				t.Errorf("it went %q, want %q", got, tc.want)
			}
			for _, d := range b.sent {
				if want := cmpOr(tc.category, heliograph.Transactional); d.Category != want {
					t.Errorf("category %q", d.Category)
				}
			}
		})
	}
}

func cmpOr(c, otherwise heliograph.Category) heliograph.Category {
	if c == "" {
		return otherwise
	}
	return c
}

func TestCategoriesAreChecked(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	sms := bySMS(10)
	sms.Integration = b.ids.Integration()
	u := b.newUser(sms)
	for role, category := range map[heliograph.Role]heliograph.Category{heliograph.Business: "urgent", heliograph.Customer: heliograph.Marketing} {
		_, err := b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: role, Category: category, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "x"}})
		if !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != "category" {
			t.Errorf("%s by %s: %v", category, role, err)
		}
	}
	if b.again(u).ConversationStarted() {
		t.Error("something was stored")
	}
}

// A push that fails goes on to another channel, one beside it does not.
func TestFailedPushes(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	phone, tablet, sms := onDevice(heliograph.PlatformIOS, "i", 50, heliograph.TopicAgent), onDevice(heliograph.PlatformAndroid, "a", 40, heliograph.TopicAgent), bySMS(10)
	for _, c := range []*heliograph.Client{&phone, &tablet, &sms} {
		c.Integration = b.ids.Integration()
	}
	b.say(b.newUser(phone, tablet, sms), "hello")
	if len(b.sent) != 2 {
		t.Fatalf("it went %q", went(b.sent, b.now()))
	}
	fail := func(i int) {
		d := *b.sent[i]
		d.Status, d.Reason = heliograph.Failed, heliograph.ReasonDevice
		b.failed(&d)
	}
	fail(1)
	if len(b.sent) != 2 {
		t.Errorf("after the one beside failed it went %q", went(b.sent, b.now()))
	}
	fail(0)
	if got := went(b.sent[2:], b.now()); !slices.Equal(got, []string{"twilio +15550001"}) && !slices.Equal(got, []string{"android a"}) {
		t.Errorf("after the first failed it went %q", got)
	}
}

// status returns how a delivery stands.
func (b *bed) status(d *heliograph.Delivery) heliograph.Status {
	b.Helper()
	now, err := store.Deliveries{Store: b.s}.Delivery(b.Context(), b.app.ID, d.ID)
	b.must(err)
	return now.Status
}

// awaited is a user whose messages go to a page, and by SMS if they stay unread.
func awaited(b *bed) *heliograph.User {
	page, sms := onDevice(heliograph.PlatformWeb, "w", 50), bySMS(10)
	page.Integration, sms.Integration = b.ids.Integration(), b.ids.Integration()
	return b.newUser(page, sms)
}

func TestSeen(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := awaited(b)
	page := b.clientOf(u, heliograph.PlatformWeb)
	first := b.say(u, "one")
	b.tick(time.Second)
	second := b.say(u, "two")
	b.tick(time.Second)
	expect := func(what string, want ...heliograph.Status) {
		t.Helper()
		for i, d := range b.sent {
			if got := b.status(d); got != want[i] {
				t.Errorf("%s: %s is %s, want %s", what, went(b.sent[i:i+1], b.now()), got, want[i])
			}
		}
	}
	expect("at first", heliograph.Queued, heliograph.Scheduled, heliograph.Queued, heliograph.Scheduled)
	b.must(b.Seen(t.Context(), b.app.ID, u.ID, page, first.Message.Received))
	expect("one is seen", heliograph.AtUser, heliograph.Cancelled, heliograph.Queued, heliograph.Scheduled)
	b.must(b.Seen(t.Context(), b.app.ID, u.ID, page, first.Message.Received))
	b.must(b.Seen(t.Context(), b.app.ID, b.ids.User(), page, second.Message.Received))
	expect("one is seen again, and a stranger sees", heliograph.AtUser, heliograph.Cancelled, heliograph.Queued, heliograph.Scheduled)
	b.must(b.Seen(t.Context(), b.app.ID, u.ID, page, second.Message.Received.Add(1000*time.Hour)))
	expect("all is seen", heliograph.AtUser, heliograph.Cancelled, heliograph.AtUser, heliograph.Cancelled)

	// The far future that it told of is not believed.
	b.tick(time.Hour)
	third := b.say(u, "three")
	b.must(b.Seen(t.Context(), b.app.ID, u.ID, page, third.Message.Received))
	if got := b.status(b.sent[4]); got != heliograph.AtUser {
		t.Errorf("a later message that was seen is %s", got)
	}
}

func (b *bed) clientOf(u *heliograph.User, platform string) heliograph.ClientID {
	b.Helper()
	clients, err := store.Clients{Store: b.s}.OfUser(b.Context(), b.app.ID, u.ID)
	b.must(err)
	i := slices.IndexFunc(clients, func(c heliograph.Client) bool { return c.Platform == platform })
	if i < 0 {
		b.Fatalf("no client of %s", platform)
	}
	return clients[i].ID
}

func TestReadingIsSeeing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := awaited(b)
	b.say(u, "one")
	conv, err := b.Act(t.Context(), b.again(u), heliograph.Customer, conversation.ConversationRead, heliograph.Author{})
	b.must(err)
	if conv.Unread != 0 || b.status(b.sent[0]) != heliograph.AtUser || b.status(b.sent[1]) != heliograph.Cancelled {
		t.Errorf("%d unread; they are %s and %s", conv.Unread, b.status(b.sent[0]), b.status(b.sent[1]))
	}
	d, err := store.Deliveries{Store: b.s}.Delivery(t.Context(), b.app.ID, b.sent[0].ID)
	b.must(err)
	if !d.Details.Read {
		t.Error("it is not noted as read")
	}
}

func TestPushEvents(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	phone, tablet := onDevice(heliograph.PlatformIOS, "i", 50, heliograph.TopicAgent), onDevice(heliograph.PlatformAndroid, "a", 40, heliograph.TopicAgent)
	phone.Integration, tablet.Integration = b.ids.Integration(), b.ids.Integration()
	u := b.newUser(phone, tablet)
	b.say(u, "hello")
	in := &heliograph.Integration{ID: phone.Integration, App: b.app.ID, Type: heliograph.PlatformIOS}
	d := b.sent[0]
	for what, err := range map[string]error{
		"another device":      b.PushEvent(t.Context(), in, "j", d.ID, conversation.PushDisplayed),
		"another delivery":    b.PushEvent(t.Context(), in, "i", b.ids.Notification(), conversation.PushDisplayed),
		"another integration": b.PushEvent(t.Context(), &heliograph.Integration{ID: tablet.Integration, App: b.app.ID}, "i", d.ID, conversation.PushDisplayed),
		"another app":         b.PushEvent(t.Context(), &heliograph.Integration{ID: in.ID, App: b.ids.App()}, "i", d.ID, conversation.PushDisplayed),
	} {
		if !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := b.PushEvent(t.Context(), in, "i", d.ID, "eaten"); !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != "event" {
		t.Errorf("an unknown event: %v", err)
	}
	if got := b.status(d); got != heliograph.Queued {
		t.Errorf("what was refused made it %s", got)
	}
	for range 2 {
		b.must(b.PushEvent(t.Context(), in, "i", d.ID, conversation.PushDisplayed))
	}
	if a, o := b.status(d), b.status(b.sent[1]); a != heliograph.AtUser || o != heliograph.Queued {
		t.Errorf("displayed, it is %s, the other %s", a, o)
	}
	b.must(b.PushEvent(t.Context(), in, "i", d.ID, conversation.PushTapped))
	now, err := store.Deliveries{Store: b.s}.Delivery(t.Context(), b.app.ID, d.ID)
	b.must(err)
	if !now.Details.Read || b.status(b.sent[1]) != heliograph.AtUser {
		t.Errorf("tapped, read is %v, and the other is %s", now.Details.Read, b.status(b.sent[1]))
	}
}

func TestTypingIsTold(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.app.Name = "Shop"
	u := awaited(b)
	b.say(u, "one")
	u = b.again(u)
	_, err := b.Act(t.Context(), u, heliograph.Business, conversation.TypingStart, heliograph.Author{Name: "Ben", AvatarURL: "https://shop.example/ben.png"})
	b.must(err)
	_, err = b.Act(t.Context(), u, heliograph.Business, conversation.TypingStop, heliograph.Author{})
	b.must(err)
	_, err = b.Act(t.Context(), u, heliograph.Customer, conversation.TypingStart, heliograph.Author{})
	b.must(err)
	if len(b.hints) != 2 {
		t.Fatalf("told %v", b.hints)
	}
	want := []heliograph.Typing{
		{Role: heliograph.Business, On: true, Name: "Ben", AvatarURL: "https://shop.example/ben.png"},
		{Role: heliograph.Business, Name: "Shop"},
	}
	for i, h := range b.hints {
		if h.Kind != heliograph.HintTyping || h.App != b.app.ID || h.User != u.ID || h.Conversation != u.Conversation ||
			*h.Typing != want[i] {
			t.Errorf("told %+v, %+v", h, *h.Typing)
		}
	}
}
