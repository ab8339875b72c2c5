package storetest

import (
	"fmt"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

// CrossingAnswers checks that notifications to many users and what these say,
// written at once, do not wait for each other's locks in a circle, and that
// every notification goes with one answer. deadlocks counts those of a store
// that is closed.
func CrossingAnswers(t *testing.T, open func(*testing.T) *store.Store, deadlocks func() int) {
	f := newSender(t, open)
	const users, rounds = 60, 12
	var mu sync.Mutex
	with := map[heliograph.MessageID]int{}
	answer := func(a *heliograph.User) {
		what := &conversation.Saying{App: f.app, Name: a.ID.String(), At: 1}
		var place *conversation.Place
		what.Write = func(at *conversation.Place) bool {
			place = at
			c := at.Conversation
			after := c.ContextFrom
			c.Seq, c.Messages, c.LastReceived = c.Seq+1, c.Messages+1, c.LastReceived+1
			c.ContextFrom = c.LastReceived
			m := &heliograph.Message{
				ID: f.ids.Message(), App: f.app, Conversation: c.ID, User: a.ID, Seq: c.Seq, Received: c.LastReceived, Role: heliograph.Customer,
				Source: heliograph.Source{Type: heliograph.SourceAPI}, Content: heliograph.Content{Type: heliograph.TextMessage, Text: "x"},
			}
			e := &heliograph.Event{ID: f.ids.Event(), App: f.app, Type: heliograph.EventMessageCustomer, At: m.Received, User: a.ID, Conversation: c.ID, Message: m.ID}
			at.Spoken = []conversation.Spoken{{Message: m, Event: e, After: after}}
			return true
		}
		for !what.Done { // held elsewhere: the other way in would wait
			if err := (store.Sayings{Store: f.s}).Say(t.Context(), what); err != nil {
				t.Error(err)
				return
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for _, id := range place.Spoken[0].Event.Data.Context {
			with[id]++
		}
	}
	address := func(i int) string { return fmt.Sprintf("+1%03d", i) }
	people := make([]*heliograph.User, users)
	for i := range people {
		people[i] = f.accept(f.make(address(i), "first")).User
		answer(people[i])
	}
	for round := range rounds {
		var wg sync.WaitGroup
		for i := range users {
			wg.Go(func() {
				if err := Accept(f.s, f.make(address(i), "n"), (round+i)%2 == 0); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() { answer(people[i]) })
		}
		wg.Wait()
	}
	for _, u := range people {
		answer(u)
	}
	if len(with) != users*(rounds+1) {
		t.Errorf("%d notifications went with an answer, of %d", len(with), users*(rounds+1))
	}
	for _, n := range with {
		if n != 1 {
			t.Fatalf("a notification went with %d answers", n)
		}
	}
	if err := f.s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := deadlocks(); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}
