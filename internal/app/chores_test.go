package app

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

func TestChores(t *testing.T) {
	t.Parallel()
	var often, failing atomic.Int32
	done := make(chan struct{})
	var c chores
	c.run(quiet,
		chore{"with more to do", time.Millisecond, func(context.Context) (bool, error) {
			if often.Add(1) == 3 {
				close(done)
			}
			return often.Load() < 3, nil
		}},
		chore{"that fails", time.Millisecond, func(context.Context) (bool, error) {
			failing.Add(1)
			return true, errors.New("away")
		}},
		chore{"for later", time.Hour, func(context.Context) (bool, error) {
			t.Error("it was done at once")
			return false, nil
		}},
	)
	<-done
	eventually(t, "the failing chore is tried again", func() bool { return failing.Load() > 1 })
	c.stop()
	after := often.Load()
	if after < 3 {
		t.Errorf("done %d times", after)
	}
}

func TestChoresEndAtOnce(t *testing.T) {
	t.Parallel()
	var c chores
	began := make(chan struct{})
	c.run(quiet, chore{"long", time.Millisecond, func(ctx context.Context) (bool, error) {
		close(began)
		<-ctx.Done()
		return true, ctx.Err()
	}})
	<-began
	c.stop()
}

func TestHistoryIsRemoved(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.RetainRaw, c.RetainEvents, c.RetainWebhooks, c.RetainMessages, c.RetainIdemKeys = time.Nanosecond, time.Nanosecond, time.Nanosecond, time.Nanosecond, time.Nanosecond
	r := newRiver(t, c)
	r.send("old news")
	r.toldLines(2)
	r.app.now = func() time.Time { return time.Now().Add(time.Hour) }
	for _, do := range []func(context.Context) (bool, error){r.app.removeHistory, r.app.removeKeys} {
		if more, err := do(t.Context()); more || err != nil {
			t.Errorf("more %v, %v", more, err)
		}
	}
	var list struct{ Notifications []any }
	api := &apiClient{base: r.app.host.public + "/v1.1/apps/" + r.demo.tenant.ID.String(), key: r.demo.key}
	if err := api.call(t.Context(), "GET", "/notifications", nil, &list); err != nil || len(list.Notifications) != 0 {
		t.Errorf("%d notifications are left, %v", len(list.Notifications), err)
	}
}
