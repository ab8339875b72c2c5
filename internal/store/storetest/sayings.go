package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

// Sayings tests the fast way in of what users say.
func Sayings(t *testing.T, open func(*testing.T) *store.Store) {
	for name, run := range map[string]func(*talker){
		"it stores what the other way stores":      sameAsTheOtherWay,
		"what it does not take leaves no trace":    notTaken,
		"an id is before an external id like it":   namedByID,
		"a key stands for one message":             saidOnce,
		"of twins one is stored, all are answered": saidByTwins,
		"a fact is taken in once":                  heardByTwins,
		"nobody takes for done what it leaves":     heardFromStrangers,
		"notifications of the future wait":         scheduledContext,
		"a conversation keeps order in every race": orderInRaces,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); run(newTalker(t, open)) })
	}
}

// talker is a user with an external id and a client, a webhook that hears of
// messages, and the engine on the fast way.
type talker struct {
	*hooked
	view     store.Sayings
	engine   *conversation.Service
	external string
	in       *heliograph.Integration
	client   *heliograph.Client
	clock    heliograph.Millis
}

func newTalker(t *testing.T, open func(*testing.T) *store.Store) *talker {
	t.Helper()
	h := newHooked(t, open)
	k := &talker{
		hooked: h, view: store.Sayings{Store: h.s}, external: "ana@example.org", clock: 10_000,
		in: &heliograph.Integration{ID: h.ids.Integration(), App: h.app, Type: "twilio"},
	}
	u := k.self()
	u.ExternalID, u.Profile.GivenName = k.external, "Ana"
	k.must(store.Users{Store: k.s}.Save(t.Context(), u))
	k.client = &heliograph.Client{
		ID: k.ids.Client(), App: k.app, User: k.user, Integration: k.in.ID, Platform: "twilio", Address: "+15550001", Status: heliograph.ClientActive,
		Conversation: k.conv, Details: heliograph.ClientDetails{DisplayName: "+15550001"},
	}
	k.must(store.Clients{Store: k.s}.Insert(t.Context(), k.client))
	k.engine = k.talk(k.view)
	return k
}

// talk is the engine on some way in.
func (k *talker) talk(way conversation.Sayings) *conversation.Service {
	return conversation.New(conversation.Deps{
		Tx: k.s, Conversations: store.Conversations{Store: k.s}, Messages: store.Messages{Store: k.s}, Clients: store.Clients{Store: k.s},
		Sayings: way, Users: k, Inbound: store.Inbound{Store: k.s}, Events: k.s, Apps: k, Consents: noConsents{}, Links: noConsents{}, Identities: noConsents{}, Receipts: noReceipts{},
		IDs: k.ids, Now: func() time.Time { return time.UnixMilli(int64(k.clock)) },
	})
}

// App implements conversation.Apps.
func (k *talker) App(_ context.Context, id heliograph.AppID) (*heliograph.App, error) {
	return &heliograph.App{ID: id}, nil
}

// Resolve implements conversation.Users.
func (k *talker) Resolve(ctx context.Context, app heliograph.AppID, name string) (*heliograph.User, error) {
	return store.Users{Store: k.s}.ByExternalID(ctx, app, name)
}

// otherWay takes nothing.
type otherWay struct{}

func (otherWay) Say(context.Context, *conversation.Saying) error { return nil }

// onlyFast fails where the fast way does not take what is said.
type onlyFast struct{ *talker }

func (o onlyFast) Say(ctx context.Context, what *conversation.Saying) error {
	err := o.view.Say(ctx, what)
	if err == nil && !what.Done && what.Kept == nil {
		o.Error("the fast way did not take it")
	}
	return err
}

func (k *talker) posting(text string) *conversation.Post {
	return &conversation.Post{App: &heliograph.App{ID: k.app}, Name: k.external, Role: heliograph.Customer, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: text}}
}

// wrote is a provider's fact.
func wrote(key, from, text string) []channel.Fact {
	return []channel.Fact{{Key: key, At: 7, Message: &channel.MessageFact{From: from, External: key, Text: text}}}
}

// story is everything that is stored of a conversation, without ids that are
// made by chance: a message's is its place.
type story struct {
	Row      *heliograph.Conversation
	Messages []*heliograph.Message
	Told     []*heliograph.Event
	Seen     heliograph.Millis
}

func (k *talker) story() *story {
	k.Helper()
	out := &story{}
	var err error
	out.Row, err = store.Conversations{Store: k.s}.Get(k.Context(), k.app, k.conv)
	k.must(err)
	out.Messages, err = store.Messages{Store: k.s}.After(k.Context(), k.app, k.conv, 0, 1000)
	k.must(err)
	place := map[heliograph.MessageID]heliograph.MessageID{}
	notification := map[heliograph.NotificationID]heliograph.NotificationID{{}: {}}
	for i, m := range out.Messages {
		place[m.ID] = heliograph.MessageID{byte(i + 1)}
		if !m.Notification.IsZero() {
			notification[m.Notification] = heliograph.NotificationID{byte(i + 1)}
		}
	}
	for _, m := range out.Messages {
		m.ID, m.Notification = place[m.ID], notification[m.Notification]
		m.App, m.Conversation, m.User, m.Source.Integration = heliograph.AppID{}, heliograph.ConversationID{}, heliograph.UserID{}, heliograph.IntegrationID{}
		m.Author.ID = ""
		if a := m.Answers; a != nil {
			a.Message, a.Notification = place[a.Message], notification[a.Notification]
		}
	}
	for _, e := range k.page(heliograph.EventID{}, 1000) {
		e := *e.Event
		e.ID, e.Message = heliograph.EventID{}, place[e.Message]
		e.App, e.Conversation, e.User, e.Data.Integ = heliograph.AppID{}, heliograph.ConversationID{}, heliograph.UserID{}, heliograph.IntegrationID{}
		if !e.Data.Client.IsZero() && e.Data.Client != k.client.ID {
			k.Errorf("an event of client %v", e.Data.Client)
		}
		e.Data.Client = heliograph.ClientID{}
		for i, m := range e.Data.Context {
			e.Data.Context[i] = place[m]
		}
		out.Told = append(out.Told, &e)
	}
	out.Row.ID, out.Row.App, out.Row.User = heliograph.ConversationID{}, heliograph.AppID{}, heliograph.UserID{}
	c, err := store.Clients{Store: k.s}.Get(k.Context(), k.app, k.client.ID)
	k.must(err)
	out.Seen = c.LastSeen
	return out
}

// sameAsTheOtherWay lets two users live through the same on both ways.
func sameAsTheOtherWay(k *talker) {
	live := func(way conversation.Sayings) *story {
		engine := k.talk(way)
		say := func(text string) {
			k.clock += 10
			out, err := engine.Post(k.Context(), k.posting(text))
			k.must(err)
			if out.Message.Text != text || out.Conversation.Seq != out.Message.Seq || out.Conversation.ContextFrom != out.Message.Received {
				k.Errorf("posted %+v in %+v", out.Message, out.Conversation)
			}
		}
		hear := func(key, text string) {
			k.clock += 10
			k.must(engine.Receive(k.Context(), k.in, []byte("raw"), wrote(key, k.client.Address, text)))
		}
		notify := func(status heliograph.Status) {
			k.clock += 10
			k.deliver(k.notify(k.clock), status, func(d *heliograph.Delivery) { d.Integration, d.Address = k.in.ID, k.client.Address })
		}
		hear("1", "first")
		say("second")
		notify(heliograph.AtUser)
		notify(heliograph.Cancelled)
		notify(heliograph.AtChannel)
		k.say(k.Context(), k.clock, nil)
		hear("2", "second")
		say("third")
		for range conversation.MaxContext + 2 {
			notify(heliograph.AtUser)
		}
		say("fourth")
		hear("2", "a repetition")
		notify(heliograph.AtUser)
		hear("3", "fifth")
		return k.story()
	}
	fast := live(onlyFast{k})
	another := newTalkerOn(k)
	other := func() *story { k = another; return live(otherWay{}) }()
	if diff := cmp.Diff(other, fast); diff != "" {
		k.Errorf("(- the other way, + the fast one)\n%s", diff)
	}
	if len(fast.Told) != 6 || len(fast.Told[5].Data.Context) != 1 {
		k.Errorf("told %d events", len(fast.Told))
	}
}

// newTalkerOn is another talker, in an app of its own on the same store.
func newTalkerOn(k *talker) *talker {
	return newTalker(k.T, func(*testing.T) *store.Store { return k.s })
}

func notTaken(k *talker) {
	ctx := k.Context()
	never := func(*conversation.Place) bool { return false }
	always := func(*conversation.Place) bool { k.Error("it was asked for"); return true }
	silent := &heliograph.User{ID: k.ids.User(), App: k.app, ExternalID: "silent"}
	k.must(store.Users{Store: k.s}.Insert(ctx, silent))
	waiting := *k.client
	waiting.ID, waiting.User, waiting.Address, waiting.Status = k.ids.Client(), silent.ID, "+15550009", heliograph.ClientPending
	k.must(store.Clients{Store: k.s}.Insert(ctx, &waiting))
	linked := waiting
	linked.ID, linked.User, linked.Status = k.ids.Client(), k.user, heliograph.ClientActive
	k.must(store.Clients{Store: k.s}.Insert(ctx, &linked))
	like := k.second()
	k.must(store.Users{Store: k.s}.Save(ctx, &heliograph.User{ID: like.user, App: k.app, ExternalID: silent.ID.String()}))
	elsewhere := &heliograph.Integration{ID: k.ids.Integration(), App: k.app, Type: "twilio"}
	from := func(in *heliograph.Integration, address string) *conversation.From {
		return &conversation.From{Integration: in, Address: address}
	}
	before := k.story()
	for name, what := range map[string]*conversation.Saying{
		"nobody's name":                    {Name: "nobody", Write: always},
		"nobody's id":                      {Name: k.ids.User().String(), Write: always},
		"another app's user":               {App: k.ids.App(), Name: k.external, Write: always},
		"a user without a conversation":    {Name: "silent", Write: always},
		"its id, another's external id":    {Name: silent.ID.String(), Write: always},
		"a full conversation":              {Name: k.external, Write: never},
		"nobody's address":                 {From: from(k.in, "+15550002"), Write: always},
		"known to another integration":     {From: from(elsewhere, k.client.Address), Write: always},
		"an address that a link waits for": {From: from(k.in, linked.Address), Write: always},
		"a writer that is refused":         {From: from(k.in, k.client.Address), Write: never},
	} {
		if what.App.IsZero() {
			what.App = k.app
		}
		what.At = 1
		if f := what.From; f != nil {
			f.Key, f.Record = name, k.ids.Record()
		} else {
			what.Once = &conversation.Once{Route: "r", Key: name, Digest: []byte{1}, Status: 201}
		}
		k.must(k.view.Say(ctx, what))
		if what.Done || what.Kept != nil {
			k.Errorf("%s: taken: %+v", name, what.Kept)
		}
		if f := what.From; f != nil {
			fresh, err := store.Inbound{Store: k.s}.Keep(ctx, f.Integration, 1, nil, []string{name}, []heliograph.RecordID{k.ids.Record()})
			k.must(err)
			if !fresh[0] {
				k.Errorf("%s: its fact counts as taken in", name)
			}
			continue
		}
		free, err := store.Idempotency{Store: k.s}.Reserve(ctx, what.App, "r", name, []byte{1}, 1, 0)
		k.must(err)
		if !free {
			k.Errorf("%s: its key is taken", name)
		}
	}
	k.must(k.s.Atomically(ctx, func(ctx context.Context) error {
		what := &conversation.Saying{App: k.app, Name: k.external, Write: always}
		err := k.view.Say(ctx, what)
		if what.Done {
			k.Error("it takes what belongs into a transaction")
		}
		return err
	}))
	if diff := cmp.Diff(before, k.story()); diff != "" {
		k.Error(diff)
	}
}

func namedByID(k *talker) {
	post := func(name string) *conversation.Posted {
		p := k.posting("hi")
		p.Name = name
		out, err := k.talk(onlyFast{k}).Post(k.Context(), p)
		k.must(err)
		return out
	}
	second := k.second()
	like := &heliograph.User{ID: second.user, App: k.app, ExternalID: k.user.String()}
	k.must(store.Users{Store: k.s}.Save(k.Context(), like))
	if got := post(k.user.String()); got.Message.User != k.user {
		k.Error("an external id hides the user of that id")
	}
	if got := post(second.user.String()); got.Message.User != second.user {
		k.Error("a user is not found by id")
	}
	third := k.second()
	like = &heliograph.User{ID: third.user, App: k.app, ExternalID: k.ids.User().String()}
	k.must(store.Users{Store: k.s}.Save(k.Context(), like))
	if got := post(like.ExternalID); got.Message.User != third.user {
		k.Error("an external id that reads as an id is not found")
	}
}
