package profile_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
	"heliograph/internal/profile"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
)

// bed is the engine on a real database, with what it told.
type bed struct {
	*profile.Service
	t     testing.TB
	ctx   context.Context
	s     *store.Store
	ids   *heliograph.IDMaker
	clock *testkit.Clock
	app   heliograph.AppID
	sms   *heliograph.Integration
	mail  *heliograph.Integration
	chat1 *heliograph.Integration
	told  []*heliograph.Event
	sent  []*heliograph.Delivery
	texts map[heliograph.NotificationID]heliograph.Content
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := open(t, store.Options{File: filepath.Join(t.TempDir(), "d.db")})
	b.build(journal{b}, outbox{b})
	return b
}

// open opens a bed's database.
func open(t testing.TB, o store.Options) *bed {
	t.Helper()
	clock := testkit.NewClock()
	b := &bed{t: t, ctx: context.Background(), clock: clock, ids: heliograph.NewIDMaker(clock.Now, testkit.NewRandom(1)), texts: map[heliograph.NotificationID]heliograph.Content{}}
	o.IDs, o.Now = b.ids, clock.Now
	b.must(store.Migrate(b.ctx, o))
	var err error
	b.s, err = store.Open(b.ctx, o)
	b.must(err)
	t.Cleanup(func() { _ = b.s.Close() })
	b.app = b.ids.App()
	integration := func(kind string) *heliograph.Integration {
		return &heliograph.Integration{ID: b.ids.Integration(), App: b.app, Type: kind, Status: heliograph.IntegrationActive}
	}
	b.sms, b.mail, b.chat1 = integration("twilio"), integration("mailgun"), integration("whatsapp")
	return b
}

// build makes the engine.
func (b *bed) build(j profile.Journal, out profile.Outbox) {
	b.t.Helper()
	var err error
	b.Service, err = profile.New(profile.Parts{
		Journal: j, Users: store.Users{Store: b.s}, Clients: store.Clients{Store: b.s}, Addresses: store.Clients{Store: b.s}, Aliases: store.Aliases{Store: b.s}, Evidence: store.Inbound{Store: b.s},
		Threads: store.Threads{Store: b.s}, Consents: store.Consents{Store: b.s}, Codes: store.Codes{Store: b.s}, Random: testkit.NewRandom(2), Outbox: out, Integrations: integrations{b},
		Types: types(), IDs: b.ids, Now: b.clock.Now,
	})
	b.must(err)
}

func types() []*channel.Type {
	return []*channel.Type{
		{Name: "twilio", Title: "Twilio", AddressField: "phoneNumber", Normalise: sms.Normalise,
			Linkable: []heliograph.Confirmation{heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt}},
		{Name: "mailgun", Title: "Mailgun", AddressField: "address", Linkable: []heliograph.Confirmation{heliograph.ConfirmImmediate},
			Normalise: func(a string) (string, bool) {
				a = strings.ToLower(strings.TrimSpace(a))
				return a, strings.Count(a, "@") == 1
			}},
		{Name: "whatsapp", Title: "WhatsApp", Aliases: true, AddressField: "username", LinkField: "phoneNumber",
			Linkable: []heliograph.Confirmation{heliograph.ConfirmImmediate}, Normalise: func(a string) (string, bool) { return a, a != "" }},
		{Name: "push", Title: "Push", Normalise: func(string) (string, bool) { return "", false }},
	}
}

// journal notes what is told; a transaction that fails tells nothing.
type journal struct{ b *bed }

func (j journal) Atomically(ctx context.Context, fn func(context.Context) error) error {
	before, sent := len(j.b.told), len(j.b.sent)
	err := j.b.s.Atomically(ctx, fn)
	if err != nil {
		j.b.told, j.b.sent = j.b.told[:before], j.b.sent[:sent]
	}
	return err
}

func (j journal) AppendEvents(ctx context.Context, events ...*heliograph.Event) error {
	j.b.told = append(j.b.told, events...)
	return j.b.s.AppendEvents(ctx, events...)
}

type outbox struct{ b *bed }

func (o outbox) Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error {
	if err := (store.Messages{Store: o.b.s}).Insert(ctx, m); err != nil {
		return err
	}
	o.b.sent = append(o.b.sent, d)
	o.b.texts[d.ID] = m.Content
	return store.Deliveries{Store: o.b.s}.Enqueue(ctx, d)
}

type integrations struct{ b *bed }

func (i integrations) Integration(_ context.Context, _ heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	for _, in := range []*heliograph.Integration{i.b.sms, i.b.mail, i.b.chat1} {
		if in.ID == id {
			return in, nil
		}
	}
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "no such integration")
}

func (i integrations) IntegrationsByType(_ context.Context, _ heliograph.AppID, kind string) ([]*heliograph.Integration, error) {
	broken := &heliograph.Integration{ID: i.b.app2(), Type: kind, Status: heliograph.IntegrationError}
	return slices.DeleteFunc([]*heliograph.Integration{broken, i.b.sms, i.b.mail, i.b.chat1}, func(in *heliograph.Integration) bool { return in.Type != kind }), nil
}

func (b *bed) app2() heliograph.IntegrationID { return heliograph.IntegrationID(b.app) }

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) kind(err error, want heliograph.Kind, field string) {
	b.t.Helper()
	e := heliograph.AsError(err)
	if err == nil || e.Kind != want || e.Field != field {
		b.t.Errorf("got %v (field %q), want kind %d, field %q", err, e.Field, want, field)
	}
}

// user makes a user with an external id.
func (b *bed) user(external string) *heliograph.User {
	b.t.Helper()
	u, err := b.Create(b.ctx, b.app, profile.NewUser{ExternalID: external})
	b.must(err)
	return u
}

// see reads a user with its clients.
func (b *bed) see(id heliograph.UserID) *heliograph.User {
	b.t.Helper()
	u, err := b.User(b.ctx, b.app, id)
	b.must(err)
	return u
}

func text(s string) *heliograph.Content {
	return &heliograph.Content{Type: heliograph.TextMessage, Text: s}
}

// linked links a phone number at once.
func (b *bed) linked(u *heliograph.User, phone string) *heliograph.User {
	b.t.Helper()
	out, err := b.Link(b.ctx, b.app, u.ID, profile.LinkOrder{Type: "twilio", PhoneNumber: phone, Primary: true, Confirmation: heliograph.ConfirmImmediate})
	b.must(err)
	return out
}

// asked asks to link a phone number with a confirmation message.
func (b *bed) asked(u *heliograph.User, phone string, how heliograph.Confirmation) *heliograph.User {
	b.t.Helper()
	o := profile.LinkOrder{Type: "twilio", PhoneNumber: phone, Primary: true, Confirmation: how}
	if how != heliograph.ConfirmPrompt {
		o.Message = text("hello")
	}
	out, err := b.Link(b.ctx, b.app, u.ID, o)
	b.must(err)
	return out
}

// outcome tells what became of the newest confirmation.
func (b *bed) outcome(status heliograph.Status) {
	b.t.Helper()
	b.outcomeOf(b.sent[len(b.sent)-1], status)
}

func (b *bed) outcomeOf(d *heliograph.Delivery, status heliograph.Status) {
	b.t.Helper()
	update := *d
	update.Status = status
	if status == heliograph.Failed {
		update.Reason = heliograph.ReasonNotFound
		update.Details.Error = &heliograph.DeliveryError{Code: heliograph.ReasonNotFound, Message: "no such number"}
	}
	b.must(b.s.Atomically(b.ctx, func(ctx context.Context) error { return b.DeliveryChanged(ctx, &update, nil) }))
}

// says lets a phone answer.
func (b *bed) says(phone, words string, stop bool) {
	b.t.Helper()
	b.must(b.s.Atomically(b.ctx, func(ctx context.Context) error {
		return b.ConfirmByActivity(ctx, profile.Activity{App: b.app, Integration: b.sms.ID, Address: phone, Text: words, Stop: stop})
	}))
}

// story is what was told since the last call, in words.
func (b *bed) story() string {
	var out []string
	for _, e := range b.told {
		s := string(e.Type)
		if e.Data.Reason != "" {
			s += "(" + e.Data.Reason + ")"
		}
		out = append(out, s)
	}
	b.told = nil
	return strings.Join(out, " ")
}

func (b *bed) tells(want string) {
	b.t.Helper()
	if got := b.story(); got != want {
		b.t.Errorf("told  %s\nwant  %s", got, want)
	}
}

// shape is a user's clients in words.
func shape(u *heliograph.User) string {
	var out []string
	for _, c := range u.Clients {
		s := string(c.Status) + " " + c.Address
		if c.Primary {
			s += " primary"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func (b *bed) has(id heliograph.UserID, want string) {
	b.t.Helper()
	if got := shape(b.see(id)); got != want {
		b.t.Errorf("the user has %q, want %q", got, want)
	}
}

func storeDeliveries(b *bed) store.Deliveries { return store.Deliveries{Store: b.s} }
