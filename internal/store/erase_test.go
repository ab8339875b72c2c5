package store_test

import (
	"path/filepath"
	"testing"

	"heliograph"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// TestEraseForgetsRequests: with a message goes the provider's request that
// brought it, and no other.
func TestEraseForgetsRequests(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T, *store.Options){
		"sqlite": func(t *testing.T, o *store.Options) {
			o.File = filepath.Join(t.TempDir(), "test.db")
			if err := store.Migrate(t.Context(), *o); err != nil {
				t.Fatal(err)
			}
		},
		"postgres": func(t *testing.T, o *store.Options) { o.URL = pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			database(t, &o)
			eraseForgetsRequests(t, open(t, o))
		})
	}
}

func eraseForgetsRequests(t *testing.T, s *store.Store) {
	ctx := t.Context()
	in := &heliograph.Integration{ID: s.IDs.Integration(), App: s.IDs.App(), Type: "twilio"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var ids []heliograph.MessageID
	for _, key := range []string{"SM1", "SM2"} {
		_, err := store.Inbound{Store: s}.Keep(ctx, in, 1, []byte("Body=hello"), []string{key}, []heliograph.RecordID{s.IDs.Record()})
		must(err)
		m := &heliograph.Message{ID: s.IDs.Message(), App: in.App, User: s.IDs.User(), Received: 1, Role: heliograph.Customer,
			Source: heliograph.Source{Type: "twilio", Integration: in.ID, ExternalID: key}}
		must(store.Messages{Store: s}.Insert(ctx, m))
		ids = append(ids, m.ID)
	}
	must(store.Threads{Store: s}.Erase(ctx, in.App, ids[:1], nil))
	for key, want := range map[string]string{"SM1": "", "SM2": "Body=hello"} {
		raw, err := store.RawInbound(ctx, s, in.App, key)
		must(err)
		if string(raw) != want {
			t.Errorf("%s: %q is kept, want %q", key, raw, want)
		}
	}
}
