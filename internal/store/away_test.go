package store_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"heliograph"
	"heliograph/internal/notify"
	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

func TestADatabaseThatIsAwayIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL, o.Writers = pgtest.URL(t), 1
	s := open(t, o)
	u, err := url.Parse(o.URL)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	admin, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	run := func(q string, args ...any) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	quoted := pgx.Identifier{name}.Sanitize()
	run("ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS false")
	run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
	event := &heliograph.Event{ID: o.IDs.Event(), App: o.IDs.App(), Type: heliograph.EventChannel, At: heliograph.At(time.Now())}
	for what, try := range map[string]func() error{
		"a write": func() error {
			return s.Atomically(t.Context(), func(ctx context.Context) error { return s.AppendEvents(ctx, event) })
		},
		"a read": func() error {
			_, err := store.Integrations{Store: s}.ByID(t.Context(), o.IDs.Integration())
			return err
		},
		"a hot write": func() error {
			return storetest.Accept(s, anAccept(o.IDs), false)
		},
	} {
		err := try()
		if e := heliograph.AsError(err); e.Kind != heliograph.Unavailable || e.RetryAfter != time.Second {
			t.Errorf("%s while the database is away: %v, retry after %s", what, err, e.RetryAfter)
		}
	}
	run("ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS true")
	if err := admin.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func anAccept(ids *heliograph.IDMaker) *notify.Accept {
	app := ids.App()
	return &notify.Accept{
		Delivery:        &heliograph.Delivery{ID: ids.Notification(), App: app, Integration: ids.Integration(), Message: ids.Message(), Address: "+1"},
		NewUser:         ids.User(),
		NewClient:       ids.Client(),
		NewConversation: ids.Conversation(),
		Message:         &heliograph.Message{ID: ids.Message(), App: app},
	}
}

// A database that is away is asked for a few times, not once for each write that
// waits: to be refused may take long, and everyone waits for it.
func TestADatabaseThatIsAwayIsAskedForFewTimes(t *testing.T) {
	t.Parallel()
	o := options(t)
	to := pgtest.URL(t)
	w := newWire(t, to)
	o.URL, o.Writers, o.Patience = w.url, 1, -1
	s := open(t, o)
	admin, err := pgx.Connect(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	w.away.Store(true)
	if _, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		t.Fatal(err)
	}
	const all = 64
	done := make(chan error, all)
	for range all {
		a := anAccept(o.IDs)
		store.Notifications{Store: s}.Accept(a, false, func(err error) { done <- err })
	}
	for range all {
		if err := <-done; !heliograph.IsKind(err, heliograph.Unavailable) {
			t.Error(err)
		}
	}
	if n := w.tried.Load(); n >= all {
		t.Errorf("%d connections were tried for %d writes", n, all)
	}
	w.away.Store(false)
	if err := admin.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
