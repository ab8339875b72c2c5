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
			app := o.IDs.App()
			a := &notify.Accept{
				Delivery:        &heliograph.Delivery{ID: o.IDs.Notification(), App: app, Integration: o.IDs.Integration(), Message: o.IDs.Message(), Address: "+1"},
				NewUser:         o.IDs.User(),
				NewClient:       o.IDs.Client(),
				NewConversation: o.IDs.Conversation(),
				Message:         &heliograph.Message{ID: o.IDs.Message(), App: app},
			}
			return storetest.Accept(s, a, false)
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
