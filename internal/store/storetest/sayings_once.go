package storetest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

func (k *talker) once(text string, digest byte) *conversation.Kept {
	k.Helper()
	kept, err := k.talk(onlyFast{k}).PostOnce(k.Context(), k.posting(text), &conversation.Once{
		Route: "r", Key: "k", Digest: []byte{digest}, Status: 201,
		Answer: func(p *conversation.Posted) (string, error) { return fmt.Sprint(p.Message.ID, " ", p.Message.Seq), nil },
	})
	if err != nil {
		k.Error(err)
		return &conversation.Kept{}
	}
	return kept
}

func saidOnce(k *talker) {
	first := k.once("one", 1)
	want := *first
	want.Again = true
	if first.Again || !first.Same || first.Status != 201 || first.Answer == "" {
		k.Errorf("first %+v", first)
	}
	if got := k.once("one", 1); *got != want {
		k.Errorf("again %+v, want %+v", got, want)
	}
	want.Same = false
	if got := k.once("two", 2); *got != want {
		k.Errorf("another request %+v, want %+v", got, want)
	}
	digest, status, answer, err := store.Idempotency{Store: k.s}.Find(k.Context(), k.app, "r", "k", k.clock-1)
	k.must(err)
	if status != 201 || answer != first.Answer || digest[0] != 1 {
		k.Errorf("kept %v, %d, %q", digest, status, answer)
	}
	k.clock += heliograph.Millis(24 * time.Hour / time.Millisecond)
	if got := k.once("two", 2); got.Again || !got.Same || got.Answer == first.Answer {
		k.Errorf("a day later %+v", got)
	}
	if got := k.story(); got.Row.Seq != 2 || len(got.Told) != 2 {
		k.Errorf("%d messages, %d events", got.Row.Seq, len(got.Told))
	}
}

func saidByTwins(k *talker) {
	const twins = 24
	got := make([]*conversation.Kept, twins)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() { got[i] = k.once("x", byte(i%2)) })
	}
	wg.Wait()
	first := slices.IndexFunc(got, func(a *conversation.Kept) bool { return !a.Again })
	if first < 0 {
		k.Fatal("nobody was first")
	}
	for i, a := range got {
		if want := (conversation.Kept{Status: 201, Answer: got[first].Answer, Same: i%2 == first%2, Again: i != first}); *a != want {
			k.Errorf("%d: %+v, want %+v", i, a, want)
		}
	}
	if s := k.story(); s.Row.Seq != 1 || len(s.Told) != 1 || s.Row.Messages != 1 {
		k.Errorf("%d messages, %d events", s.Row.Seq, len(s.Told))
	}
}

func heardByTwins(k *talker) {
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			if err := k.engine.Receive(k.Context(), k.in, nil, wrote(fmt.Sprint("SM", i%3), k.client.Address, "hi")); err != nil {
				k.Error(err)
			}
		})
	}
	wg.Wait()
	if s := k.story(); s.Row.Seq != 3 || len(s.Told) != 3 || s.Seen != k.clock {
		k.Errorf("%d messages, %d events, seen %d", s.Row.Seq, len(s.Told), s.Seen)
	}
}

// heardFromStrangers: a fact that the fast way leaves to the other is taken for
// done by nobody, even when it comes often at once.
func heardFromStrangers(k *talker) {
	twins := make([]*conversation.Saying, 24)
	var wg sync.WaitGroup
	for i := range twins {
		twins[i] = &conversation.Saying{
			App: k.app, At: k.clock, Write: func(*conversation.Place) bool { return true },
			From: &conversation.From{Integration: k.in, Address: "+1 nobody knows", Record: k.ids.Record(), Key: "SM1", Raw: []byte("raw")},
		}
		wg.Go(func() {
			if err := k.view.Say(k.Context(), twins[i]); err != nil {
				k.Error(err)
			}
		})
	}
	wg.Wait()
	for i, o := range twins {
		if o.Done {
			k.Errorf("%d is taken for done", i)
		}
	}
}

func scheduledContext(k *talker) {
	say := func() []heliograph.MessageID {
		k.Helper()
		_, err := k.talk(onlyFast{k}).Post(k.Context(), k.posting("hi"))
		k.must(err)
		all := k.page(heliograph.EventID{}, 1000)
		return all[len(all)-1].Event.Data.Context
	}
	later := k.say(k.Context(), k.clock, func(m *heliograph.Message) {
		m.Source.Type, m.Notification, m.Source.At = heliograph.SourceNotification, k.ids.Notification(), k.clock+1000
	})
	if got := say(); len(got) != 0 {
		k.Errorf("it goes along before its time: %v", got)
	}
	k.clock += 2000
	now := k.notify(k.clock)
	k.clock += 10
	if got := say(); !slices.Equal(got, []heliograph.MessageID{later.ID, now.ID}) {
		k.Errorf("got %v", got)
	}
	if got := say(); len(got) != 0 {
		k.Errorf("they go along twice: %v", got)
	}
}

// orderInRaces lets everything write to one conversation at once.
func orderInRaces(k *talker) {
	const callers, each = 4, 10
	var wg sync.WaitGroup
	var mu sync.Mutex
	var notified []heliograph.MessageID
	many := func(do func(i int) error) {
		for range callers {
			wg.Go(func() {
				for i := range each {
					if err := do(i); err != nil {
						k.Error(err)
					}
				}
			})
		}
	}
	other := k.talk(otherWay{})
	many(func(int) error { _, err := k.engine.Post(k.Context(), k.posting("fast")); return err })
	many(func(int) error { _, err := other.Post(k.Context(), k.posting("other")); return err })
	many(func(i int) error {
		return k.engine.Receive(k.Context(), k.in, nil, wrote(k.ids.Record().String(), k.client.Address, "heard"))
	})
	many(func(int) error { _, err := k.engine.Read(k.Context(), k.self()); return err })
	wg.Go(func() {
		for range conversation.MaxContext {
			m := k.notify(k.clock)
			mu.Lock()
			notified = append(notified, m.ID)
			mu.Unlock()
		}
	})
	wg.Wait()
	_, err := k.engine.Post(k.Context(), k.posting("last"))
	k.must(err)

	all, err := store.Messages{Store: k.s}.After(k.Context(), k.app, k.conv, 0, 1000)
	k.must(err)
	said := map[heliograph.MessageID]int64{}
	for i, m := range all {
		if m.Seq != int64(i+1) || i > 0 && m.Received <= all[i-1].Received {
			k.Fatalf("message %d has place %d, received %d", i+1, m.Seq, m.Received)
		}
		said[m.ID] = m.Seq
	}
	if want := 3*callers*each + 1 + len(notified); len(all) != want {
		k.Errorf("%d messages, want %d", len(all), want)
	}
	last, with := int64(0), map[heliograph.MessageID]int{}
	for _, e := range k.page(heliograph.EventID{}, 1000) {
		if e.Event.Type != heliograph.EventMessageCustomer {
			continue
		}
		if said[e.Event.Message] <= last {
			k.Errorf("message %d is told after message %d", said[e.Event.Message], last)
		}
		last = said[e.Event.Message]
		for _, id := range e.Event.Data.Context {
			with[id]++
		}
	}
	for _, id := range notified {
		if with[id] != 1 {
			k.Errorf("a notification went with %d answers", with[id])
		}
	}
}
