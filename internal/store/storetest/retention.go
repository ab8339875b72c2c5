package storetest

import (
	"context"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Retention checks the removal of what is too old.
func Retention(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("what is done goes, oldest first, in small bites", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		kinds := retained(q)
		for range 3 {
			it := q.queue("+15550000001")
			q.claim(it)
			q.finish(q.sent(it, 1))
		}
		for name, k := range kinds {
			if n := k.remove(q, 0, 100); n != 0 {
				t.Errorf("%s: %d rows that are not old went", name, n)
			}
			if n := k.remove(q, future, 2); n != 2 {
				t.Errorf("%s: %d rows went at a limit of 2", name, n)
			}
			if n := k.remove(q, future, 100); n < 1 {
				t.Errorf("%s: the limit was not kept: %d rows were left", name, n)
			}
			if n := k.remove(q, future, 100); n != 0 {
				t.Errorf("%s: %d rows were left", name, n)
			}
		}
	})
	t.Run("what waits is kept", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+15550000001")
		kinds := retained(q)
		for _, name := range []string{"messages", "deliveries"} {
			if n := kinds[name].remove(q, future, 100); n != 0 {
				t.Errorf("%s: a row that is still needed went", name)
			}
		}
		q.claim(it)
		if n := kinds["messages"].remove(q, future, 100); n != 0 {
			t.Error("the message of an attempt under way went")
		}
		q.finish(q.sent(it, 1))
		if n := kinds["messages"].remove(q, future, 100); n != 1 {
			t.Errorf("%d messages went after it was sent", n)
		}
	})
	t.Run("of one app only", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+15550000001")
		q.claim(it)
		q.finish(q.sent(it, 1))
		other := newApp(t, q.s, newTenant(t, q.s).org)
		n, err := store.Retention{Store: q.s}.Events(t.Context(), other.ID, future, 100)
		if n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		apps, err := store.Retention{Store: q.s}.Apps(t.Context())
		if err != nil || len(apps) < 2 {
			t.Errorf("%d apps, %v", len(apps), err)
		}
	})
}

// future is after every row of the tests.
const future heliograph.Millis = 4_000_000_000_000

// kept is one kind of history.
type kept struct {
	table string
	old   func(context.Context, heliograph.AppID, heliograph.Millis, int) (int64, error)
}

func retained(q *queueing) map[string]kept {
	r := store.Retention{Store: q.s}
	return map[string]kept{"events": {"events", r.Events}, "deliveries": {"deliveries", r.Deliveries}, "messages": {"messages", r.Messages}}
}

func (k kept) remove(q *queueing, before heliograph.Millis, limit int) int64 {
	q.t.Helper()
	n, err := k.old(q.t.Context(), q.app, before, limit)
	if err != nil {
		q.t.Fatalf("%s: %v", k.table, err)
	}
	return n
}
