package storetest

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// begin accepts a notification whose first attempt begins with it.
func (f *sender) begin(a *notify.Accept, process heliograph.ProcessID) *heliograph.Start {
	f.t.Helper()
	a.Start = &heliograph.Start{At: 77, Process: process}
	if err := Accept(f.s, a, false); err != nil {
		f.t.Fatal(err)
	}
	return a.Start
}

// queued returns the state and attempts of what is queued in the sender's slot.
func (f *sender) queued() (ready, begun int) {
	f.t.Helper()
	view := store.Deliveries{Store: f.s}
	held, err := view.Held(f.t.Context(), 5)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, it := range held {
		if it.State != delivery.InFlight || it.Delivery.Attempts != 1 || it.Started != 77 {
			f.t.Errorf("state %d, %d attempts, started %d", it.State, it.Delivery.Attempts, it.Started)
		}
	}
	due, _, _, err := view.Due(f.t.Context(), delivery.Source{Slot: 5, Integration: f.integration}, heliograph.At(time.Now().Add(time.Hour)), 100,
		func(heliograph.NotificationID) bool { return false })
	if err != nil {
		f.t.Fatal(err)
	}
	return len(due), len(held)
}

// Begins checks first attempts that are recorded with the acceptance.
func Begins(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("the attempt is recorded, and a crash finds it", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		if s := f.begin(f.make("+1", "one"), heliograph.ProcessID{}); !s.Taken || s.Suppressed {
			t.Errorf("%+v", s)
		}
		if ready, begun := f.queued(); ready != 0 || begun != 1 {
			t.Errorf("%d ready, %d begun", ready, begun)
		}
	})
	t.Run("only a process with the lease of the slot may begin", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		mine, other := f.ids.Process(), f.ids.Process()
		leases := store.Leases{Store: f.s}
		if _, err := leases.Beat(t.Context(), mine, "host", 1000, 900); err != nil {
			t.Fatal(err)
		}
		if _, err := leases.Take(t.Context(), mine, heliograph.Slots, 900); err != nil {
			t.Fatal(err)
		}
		if f.begin(f.make("+1", "one"), other).Taken {
			t.Error("a process without the lease began an attempt")
		}
		if ready, begun := f.queued(); ready != 1 || begun != 0 {
			t.Errorf("%d ready, %d begun: what another process is to send must be ready", ready, begun)
		}
		if !f.begin(f.make("+2", "two"), mine).Taken {
			t.Error("the process with the lease could not begin")
		}
		if ready, begun := f.queued(); ready != 1 || begun != 1 {
			t.Errorf("%d ready, %d begun", ready, begun)
		}
	})
	t.Run("a repeated key begins nothing", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		for i, want := range []bool{true, false} {
			a := f.make("+1", "one")
			a.Key, a.Digest = "key", []byte("digest")
			if s := f.begin(a, heliograph.ProcessID{}); s.Taken != want {
				t.Errorf("time %d: taken %v", i+1, s.Taken)
			}
		}
		if ready, begun := f.queued(); ready != 0 || begun != 1 {
			t.Errorf("%d ready, %d begun", ready, begun)
		}
	})
	t.Run("a suppressed address is noticed", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		if _, err := (store.Consents{Store: f.s}).Suppress(t.Context(), &heliograph.Suppression{
			App: f.app, Address: "+1", Scope: heliograph.ScopeAll, Source: heliograph.ConsentAPI, Since: 1,
		}); err != nil {
			t.Fatal(err)
		}
		if s := f.begin(f.make("+1", "one"), heliograph.ProcessID{}); !s.Taken || !s.Suppressed {
			t.Errorf("%+v", s)
		}
		if s := f.begin(f.make("+2", "two"), heliograph.ProcessID{}); !s.Taken || s.Suppressed {
			t.Errorf("%+v", s)
		}
	})
}
