package conversation_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
	"heliograph/internal/delivery"
	"heliograph/internal/media"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

// bed is the engine on a real database, beside the real engine of profiles.
type bed struct {
	testing.TB
	*conversation.Service
	s        *store.Store
	profiles *profile.Service
	files    *media.Service
	ids      *heliograph.IDMaker
	clock    atomic.Int64 // milliseconds
	app      *heliograph.App
	in       *heliograph.Integration
	gone     map[heliograph.IntegrationID]bool // deleted integrations
	stops    map[heliograph.IntegrationID]string

	mu     sync.Mutex
	events []*heliograph.Event // committed, besides profiles'
	sent   []*heliograph.Delivery
	shown  []string // activities, since they were last looked at
	online []heliograph.PresentDevice
	hints  []heliograph.Hint // of what is no write
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := &bed{TB: t, gone: map[heliograph.IntegrationID]bool{}}
	b.clock.Store(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC).UnixMilli())
	now := func() time.Time { return time.UnixMilli(b.clock.Load()) }
	b.ids = heliograph.NewIDMaker(now, rand.Reader)
	o := store.Options{File: filepath.Join(t.TempDir(), "h.db"), IDs: b.ids, Now: now}
	b.must(store.Migrate(t.Context(), o))
	var err error
	b.s, err = store.Open(t.Context(), o)
	b.must(err)
	t.Cleanup(func() { _ = b.s.Close() })
	b.app = &heliograph.App{ID: b.ids.App(), Name: "Shop"}
	b.in = &heliograph.Integration{ID: b.ids.Integration(), App: b.app.ID, Type: "twilio"}
	b.profiles, err = profile.New(profile.Parts{
		Journal: b.s, Users: store.Users{Store: b.s}, Clients: store.Clients{Store: b.s}, Addresses: store.Clients{Store: b.s},
		Threads: store.Threads{Store: b.s}, Consents: store.Consents{Store: b.s}, Aliases: store.Aliases{Store: b.s}, Evidence: store.Inbound{Store: b.s}, Codes: store.Codes{Store: b.s}, Random: rand.Reader, Outbox: outbox{b}, Types: []*channel.Type{{Name: "twilio"}, {Name: "whatsapp", Aliases: true}}, IDs: b.ids, Now: now,
	})
	b.must(err)
	b.files = media.New(media.Deps{
		Store: store.Media{Store: b.s}, CheckURL: func(string) error { return nil }, BaseURL: "https://h.test", IDs: b.ids, Random: rand.Reader,
		Now: now, Log: slog.New(slog.DiscardHandler), Watch: noWatch{},
	})
	b.Service = conversation.New(conversation.Deps{
		Tx: b.s, Conversations: store.Conversations{Store: b.s}, Messages: store.Messages{Store: b.s}, Clients: store.Clients{Store: b.s},
		Inbound: store.Inbound{Store: b.s}, Sayings: sayings{b}, Users: b.profiles, Events: journal{b}, Outbox: outbox{b},
		Apps: apps{b}, Consents: consents{b.profiles}, Links: consents{b.profiles}, Identities: b.profiles, Actors: actors{b}, Reach: b, Deliveries: store.Deliveries{Store: b.s}, Files: b.files, IDs: b.ids, Now: now,
		Receipts: delivery.New(delivery.Options{Store: store.Deliveries{Store: b.s}, Integrations: lookup{b}, IDs: b.ids, Now: now}), Presence: b, Live: b,
	})
	return b
}

type noWatch struct{}

func (noWatch) MediaFetched(string)      {}
func (noWatch) MediaBytes(string, int64) {}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bed) tick(d time.Duration) { b.clock.Add(d.Milliseconds()) }

// Stops implements conversation.Reach.
func (b *bed) Stops(_ context.Context, c *heliograph.Client, _ *heliograph.Content, _ heliograph.Category) (reason, words string, err error) {
	if c.Status == heliograph.ClientBlocked {
		return heliograph.ReasonOptedOut, "the address opted out", nil
	}
	return b.stops[c.Integration], "because", nil
}

// Online implements conversation.Presence.
func (b *bed) Online(context.Context, heliograph.AppID, heliograph.UserID) ([]heliograph.PresentDevice, error) {
	return b.online, nil
}

// Tell implements conversation.Live.
func (b *bed) Tell(hints []heliograph.Hint) { b.hints = append(b.hints, hints...) }

// lookup finds integrations whose devices tell of their pushes.
type lookup struct{ b *bed }

func (l lookup) Lookup(_ context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	return &heliograph.Integration{ID: id, App: l.b.app.ID, Type: heliograph.PlatformIOS}, nil, &channel.Type{Name: heliograph.PlatformIOS, Receipts: true}, nil
}

// outbox queues deliveries as the delivery engine does.
type outbox struct{ b *bed }

func (o outbox) Enqueue(ctx context.Context, d *heliograph.Delivery, _ *heliograph.Message) error {
	if o.b.gone[d.Integration] {
		return heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "gone")
	}
	d.ID, d.Status, d.Class = o.b.ids.Notification(), heliograph.Queued, delivery.ClassOf(d.Kind, d.Category)
	if d.Due > o.b.now() {
		d.Status = heliograph.Scheduled
	}
	o.b.s.AfterCommit(ctx, func() { o.b.mu.Lock(); o.b.sent = append(o.b.sent, d); o.b.mu.Unlock() })
	return store.Deliveries{Store: o.b.s}.Enqueue(ctx, d)
}

// journal is the store's journal, read along.
type journal struct{ b *bed }

func (j journal) AppendEventsWith(ctx context.Context, with *heliograph.EventContext, events ...*heliograph.Event) error {
	j.b.s.AfterCommit(ctx, func() { j.b.mu.Lock(); j.b.events = append(j.b.events, events...); j.b.mu.Unlock() })
	return j.b.s.AppendEventsWith(ctx, with, events...)
}

// sayings is the store's fast way in, read along.
type sayings struct{ b *bed }

func (s sayings) Say(ctx context.Context, what *conversation.Saying) error {
	write, place := what.Write, (*conversation.Place)(nil)
	what.Write = func(at *conversation.Place) bool {
		place = at
		return write(at)
	}
	err := store.Sayings{Store: s.b.s}.Say(ctx, what)
	if err == nil && what.Done && place != nil {
		s.b.mu.Lock()
		defer s.b.mu.Unlock()
		for _, x := range place.Spoken {
			s.b.events = append(s.b.events, x.Event)
		}
	}
	return err
}

// types lists the events since the last call.
func (b *bed) types() (out []heliograph.EventType) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		out = append(out, e.Type)
	}
	b.events = nil
	return out
}

// last returns the newest event.
func (b *bed) last() *heliograph.Event {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) == 0 {
		b.Fatal("no event")
	}
	return b.events[len(b.events)-1]
}

type apps struct{ b *bed }

func (a apps) App(context.Context, heliograph.AppID) (*heliograph.App, error) { return a.b.app, nil }

type consents struct{ *profile.Service }

func (c consents) Classify(own *heliograph.Keywords, text string, stopped bool) string {
	return string(c.Service.Classify(own, text, stopped))
}

func (c consents) ConfirmByActivity(ctx context.Context, in *heliograph.Integration, address, text string, stop bool) error {
	return c.Service.ConfirmByActivity(ctx, profile.Activity{App: in.App, Integration: in.ID, Address: address, Text: text, Stop: stop})
}

// newUser stores a user with clients.
func (b *bed) newUser(clients ...heliograph.Client) *heliograph.User {
	b.Helper()
	u := &heliograph.User{ID: b.ids.User(), App: b.app.ID, ExternalID: fmt.Sprintf("user-%d", b.clock.Add(1)), Created: b.now()}
	b.must(store.Users{Store: b.s}.Insert(b.Context(), u))
	for _, c := range clients {
		c.ID, c.App, c.User = b.ids.Client(), b.app.ID, u.ID
		if c.Platform == "" {
			c.Platform = "twilio"
		}
		b.must(store.Clients{Store: b.s}.Insert(b.Context(), &c))
	}
	return u
}

func (b *bed) now() heliograph.Millis { return heliograph.Millis(b.clock.Load()) }

// again reads a user anew.
func (b *bed) again(u *heliograph.User) *heliograph.User {
	b.Helper()
	u, err := store.Users{Store: b.s}.Get(b.Context(), u.App, u.ID)
	b.must(err)
	b.must(b.profiles.Fill(b.Context(), u))
	return u
}

func (b *bed) say(u *heliograph.User, text string) *conversation.Posted {
	b.Helper()
	out, err := b.Post(b.Context(), &conversation.Post{App: b.app, User: u, Role: heliograph.Business, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: text}})
	b.must(err)
	return out
}

// notify stores a notification to an address and returns its message, as an
// accept does.
func (b *bed) notify(u *heliograph.User, text string) *heliograph.Message {
	b.Helper()
	var m *heliograph.Message
	b.must(b.s.Atomically(b.Context(), func(ctx context.Context) error {
		c, err := store.Conversations{Store: b.s}.Advance(ctx, b.app.ID, u.Conversation, b.now(), heliograph.MaxMessages)
		if err != nil {
			return err
		}
		m = &heliograph.Message{
			ID: b.ids.Message(), App: b.app.ID, Conversation: c.ID, User: u.ID, Notification: b.ids.Notification(), Seq: c.Seq, Received: c.LastReceived,
			Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceNotification},
			Content: heliograph.Content{Type: heliograph.TextMessage, Text: text},
		}
		if err := (store.Messages{Store: b.s}).Insert(ctx, m); err != nil {
			return err
		}
		return store.Deliveries{Store: b.s}.Enqueue(ctx, &heliograph.Delivery{
			ID: m.Notification, App: b.app.ID, Kind: heliograph.NotificationDelivery, Integration: b.in.ID, Channel: "twilio", Message: m.ID,
			User: u.ID, Client: b.ids.Client(), Conversation: c.ID, Address: "+15550001", Category: heliograph.Transactional,
			Status: heliograph.AtChannel, Created: m.Received, Due: m.Received,
		})
	}))
	return m
}

// hears takes in a text of a customer.
func (b *bed) hears(key, from, text string) {
	b.Helper()
	b.must(b.Receive(b.Context(), b.in, []byte("raw "+key), []channel.Fact{{Key: key, At: b.now(), Message: &channel.MessageFact{From: from, External: key, Text: text}}}))
}

// sender returns the user of an address, with its clients.
func (b *bed) sender(address string) *heliograph.User {
	b.Helper()
	u, _, err := store.Inbound{Store: b.s}.Sender(b.Context(), b.in, address)
	b.must(err)
	if u == nil {
		b.Fatalf("nobody has %s", address)
	}
	return b.again(u)
}

// texts returns what stands in a user's conversation.
func (b *bed) texts(u *heliograph.User) (out []string) {
	b.Helper()
	p, err := b.Newest(b.Context(), b.again(u))
	b.must(err)
	for _, m := range p.Messages {
		out = append(out, m.Text)
	}
	return out
}

// actors notes what people are shown.
type actors struct{ b *bed }

func (a actors) Show(c *heliograph.Client, what channel.Activity, last string) {
	a.b.shown = append(a.b.shown, c.Address+" "+string(what)+" "+last)
}
