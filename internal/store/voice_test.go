package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// living notes that n more processes are at work on the database, and has s know it.
func living(t *testing.T, s *store.Store, n int) {
	t.Helper()
	for range n {
		if _, err := (store.Leases{Store: s}).Beat(t.Context(), s.IDs.Process(), "test", 1000, 900); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHintsReachOtherProcesses(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL = pgtest.URL(t)
	a, b := open(t, o), open(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	atA, atB := make(chan heliograph.Hint, 10000), make(chan heliograph.Hint, 10000)
	to := func(c chan heliograph.Hint) func([]heliograph.Hint) {
		return func(hints []heliograph.Hint) {
			for _, h := range hints {
				c <- h
			}
		}
	}
	a.OnChange(to(atA))
	b.OnChange(to(atB))
	go a.Listen(ctx, func([]int) {})
	go b.Listen(ctx, func([]int) {})
	living(t, a, 2)

	hint := func() heliograph.Hint {
		return heliograph.Hint{
			Kind: heliograph.HintTyping, App: a.IDs.App(), User: a.IDs.User(), Conversation: a.IDs.Conversation(), Message: a.IDs.Message(), Client: a.IDs.Client(),
			Typing: &heliograph.Typing{Role: heliograph.Business, On: true, Name: "Ana"},
		}
	}
	// Until the listener is there.
	first := hint()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for heard := false; !heard; {
		select {
		case got := <-atB:
			heard = got.Message == first.Message && *got.Typing == *first.Typing
		case <-again.C:
			a.Tell([]heliograph.Hint{first})
		case <-ctx.Done():
			t.Fatal("nothing was heard")
		}
	}
	// More than one payload holds; each comes once here, and once there.
	const many = 300
	want := map[heliograph.MessageID]bool{}
	var all []heliograph.Hint
	for range many {
		h := hint()
		want[h.Message] = true
		all = append(all, h)
	}
	a.Tell(all)
	a.Tell(all[:1]) // while it waits to be sent
	counts := map[heliograph.MessageID]int{}
	for len(want) > 0 {
		select {
		case got := <-atB:
			counts[got.Message]++
			delete(want, got.Message)
		case <-ctx.Done():
			t.Fatalf("%d were not heard", len(want))
		}
	}
	last := hint()
	a.Tell([]heliograph.Hint{last})
	for heard := false; !heard; {
		select {
		case got := <-atB:
			counts[got.Message]++
			heard = got.Message == last.Message
		case <-ctx.Done():
			t.Fatal("the last was not heard")
		}
	}
	// What a says comes back to a before what b says after it.
	answer := hint()
	b.Tell([]heliograph.Hint{answer})
	own := map[heliograph.MessageID]int{}
	for heard := false; !heard; {
		select {
		case got := <-atA:
			own[got.Message]++
			heard = got.Message == answer.Message
		case <-ctx.Done():
			t.Fatal("the answer was not heard")
		}
	}
	for i, h := range all {
		times := 1
		if i == 0 {
			times = 2 // it was told twice
		}
		if own[h.Message] != times || counts[h.Message] != 1 {
			t.Fatalf("hint %d came %d times here and %d there", i, own[h.Message], counts[h.Message])
		}
	}
}

// Alone, a process says nothing; one that comes is told from then on.
func TestHintsStayWhereNobodyElseIs(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL = pgtest.URL(t)
	s := open(t, o)
	s.OnChange(func([]heliograph.Hint) {})
	living(t, s, 1)
	if store.Speaks(s) {
		t.Error("it says hints to nobody")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go s.Listen(ctx, func([]int) {})
	other := open(t, o)
	for !store.Speaks(s) {
		once, stop := context.WithTimeout(ctx, 200*time.Millisecond)
		other.Listen(once, func([]int) {}) // until s listens
		stop()
		if ctx.Err() != nil {
			t.Fatal("it did not hear that another has come")
		}
	}
	living(t, s, 1)
	if !store.Speaks(s) {
		t.Error("it fell silent though two live")
	}
}

func TestPayloadsAreSmall(t *testing.T) {
	t.Parallel()
	o := options(t)
	var hints []heliograph.Hint
	for i := range 500 {
		hints = append(hints, heliograph.Hint{Kind: heliograph.HintTyping, App: o.IDs.App(), Conversation: o.IDs.Conversation(), Typing: &heliograph.Typing{Name: strings.Repeat("ß", i)}})
	}
	name := o.IDs.Process().String()
	got := 0
	for _, p := range store.Payloads(name, hints) {
		if len(p) >= 8000 || !strings.HasPrefix(p, name+"[") {
			t.Fatalf("%d bytes: %.40s", len(p), p)
		}
		var part []heliograph.Hint
		if err := json.Unmarshal([]byte(p[len(name):]), &part); err != nil {
			t.Fatal(err)
		}
		for _, h := range part {
			if fmt.Sprint(h.App, len(h.Typing.Name)) != fmt.Sprint(hints[got].App, len(hints[got].Typing.Name)) {
				t.Fatalf("hint %d is another", got)
			}
			got++
		}
	}
	if got != len(hints) {
		t.Errorf("%d of %d hints", got, len(hints))
	}
}
