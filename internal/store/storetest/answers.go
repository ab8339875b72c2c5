package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// Answers tests that notifications go with customers' answers exactly once,
// while both are stored at the same time.
func Answers(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("every notification goes with one answer", func(t *testing.T) {
		t.Parallel()
		a := newAnswers(t, open)
		a.hear("first")
		a.race(true)
		a.hear("last")
		a.check()
	})
	t.Run("a new address becomes one user, whoever comes first", func(t *testing.T) {
		t.Parallel()
		a := newAnswers(t, open)
		a.race(false)
		a.hear("last")
		a.check()
	})
}

// answers is the engine of conversations beside the accepting of notifications,
// for one address.
type answers struct {
	*thread
	engine *conversation.Service
	in     *heliograph.Integration

	mu       sync.Mutex
	accepted map[heliograph.MessageID]bool
	told     map[heliograph.MessageID]int // how many answers a notification went with
	users    map[heliograph.UserID]bool
}

func newAnswers(t *testing.T, open func(*testing.T) *store.Store) *answers {
	th := newThread(t, open)
	a := &answers{
		thread: th, in: &heliograph.Integration{ID: th.ids.Integration(), App: th.app, Type: "twilio"},
		accepted: map[heliograph.MessageID]bool{}, told: map[heliograph.MessageID]int{}, users: map[heliograph.UserID]bool{},
	}
	a.engine = conversation.New(conversation.Deps{
		Tx: th.s, Conversations: store.Conversations{Store: th.s}, Messages: store.Messages{Store: th.s}, Clients: store.Clients{Store: th.s},
		Inbound: store.Inbound{Store: th.s}, Sayings: a, Events: a, Apps: a, Consents: noConsents{}, Links: noConsents{}, Identities: noConsents{}, Receipts: noReceipts{}, IDs: th.ids, Now: time.Now,
	})
	return a
}

// AppendEventsWith implements conversation.Events, reading along.
func (a *answers) AppendEventsWith(ctx context.Context, with *heliograph.EventContext, events ...*heliograph.Event) error {
	a.s.AfterCommit(ctx, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, e := range events {
			a.users[e.User] = true
			for _, id := range e.Data.Context {
				a.told[id]++
			}
		}
	})
	return a.s.AppendEventsWith(ctx, with, events...)
}

// Say implements conversation.Sayings, reading along.
func (a *answers) Say(ctx context.Context, what *conversation.Saying) error {
	write, place := what.Write, (*conversation.Place)(nil)
	what.Write = func(at *conversation.Place) bool {
		place = at
		return write(at)
	}
	err := store.Sayings{Store: a.s}.Say(ctx, what)
	if err == nil && what.Done && place != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, x := range place.Spoken {
			a.users[x.Event.User] = true
			for _, id := range x.Event.Data.Context {
				a.told[id]++
			}
		}
	}
	return err
}

// App implements conversation.Apps.
func (a *answers) App(_ context.Context, id heliograph.AppID) (*heliograph.App, error) {
	return &heliograph.App{ID: id}, nil
}

// noConsents takes every message for an ordinary one.
type noConsents struct{ conversation.Consents }

// noReceipts takes no receipts: nothing was sent.
type noReceipts struct{ conversation.Receipts }

func (noReceipts) Seen(context.Context, heliograph.AppID, heliograph.UserID, heliograph.ClientID, bool, heliograph.Millis, heliograph.Millis, int) error {
	return nil
}

func (noConsents) Known(_ context.Context, _ heliograph.AppID, _ string, names []string) (string, bool, error) {
	return names[0], true, nil
}

func (noConsents) Identify(_ context.Context, _ heliograph.AppID, _ string, names []string) (string, error) {
	return names[0], nil
}

func (noConsents) Classify(*heliograph.Keywords, string, bool) string { return "" }

func (noConsents) ConfirmByActivity(context.Context, *heliograph.Integration, string, string, bool) error {
	return nil
}

const answersFrom = "+15550001"

func (a *answers) hear(key string) {
	f := []channel.Fact{{Key: key, Message: &channel.MessageFact{From: answersFrom, Text: key}}}
	if err := a.engine.Receive(a.Context(), a.in, nil, f); err != nil {
		a.Errorf("an answer: %v", err)
	}
}

func (a *answers) accept() {
	id, now := a.ids.Notification(), heliograph.At(time.Now())
	m := &heliograph.Message{
		ID: a.ids.Message(), App: a.app, Notification: id, Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceNotification},
		Content: heliograph.Content{Type: heliograph.TextMessage, Text: "n"},
	}
	accept := &notify.Accept{
		Delivery: &heliograph.Delivery{
			ID: id, App: a.app, Kind: heliograph.NotificationDelivery, Integration: a.in.ID, Channel: "twilio", Message: m.ID,
			Address: answersFrom, Category: heliograph.Transactional, Status: heliograph.Queued, Created: now, Due: now,
		},
		Message: m, NewUser: a.ids.User(), NewClient: a.ids.Client(), NewConversation: a.ids.Conversation(),
	}
	err := Accept(a.s, accept, false)
	if err == nil {
		err = accept.Err
	}
	if err != nil {
		a.Errorf("a notification: %v", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.accepted[m.ID] = true
	a.users[accept.User.ID] = true
}

// race accepts notifications and hears answers at once; many of each, or one by
// each of many callers. The notifications are no more than one answer takes
// along: they may all be stored between two answers.
func (a *answers) race(many bool) {
	const callers = 6
	each, sent := 1, 1
	if many {
		each, sent = 10, conversation.MaxContext/callers
	}
	var wg sync.WaitGroup
	for w := range callers {
		wg.Go(func() {
			for range sent {
				a.accept()
			}
		})
		wg.Go(func() {
			for i := range each {
				a.hear(fmt.Sprintf("%d-%d", w, i))
			}
		})
	}
	wg.Wait()
}

func (a *answers) check() {
	a.Helper()
	if len(a.users) != 1 {
		a.Errorf("the address belongs to %d users", len(a.users))
	}
	for id := range a.accepted {
		if a.told[id] != 1 {
			a.Errorf("a notification went with %d answers", a.told[id])
		}
	}
	u, _, err := store.Inbound{Store: a.s}.Sender(a.Context(), a.in, answersFrom)
	a.must(err)
	all, err := store.Messages{Store: a.s}.After(a.Context(), a.app, u.Conversation, 0, 1000)
	a.must(err)
	for i, m := range all {
		if m.Seq != int64(i+1) || i > 0 && m.Received <= all[i-1].Received {
			a.Fatalf("message %d has place %d, received %d", i+1, m.Seq, m.Received)
		}
	}
	c, err := store.Conversations{Store: a.s}.Get(a.Context(), a.app, u.Conversation)
	a.must(err)
	if c.Messages != int64(len(all)) || c.Seq != c.Messages {
		a.Errorf("the conversation counts %d messages at place %d, but holds %d", c.Messages, c.Seq, len(all))
	}
}
