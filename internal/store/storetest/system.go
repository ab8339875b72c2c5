package storetest

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// System checks the notes about the database, and the operators' figures.
func System(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("notes", func(t *testing.T) {
		t.Parallel()
		ctx, view := t.Context(), store.System{Store: open(t)}
		if text, err := view.Note(ctx, "a"); text != "" || err != nil {
			t.Errorf("a note that nobody made: %q, %v", text, err)
		}
		for _, text := range []string{"first", "second"} {
			if got, err := view.NoteOnce(ctx, "a", text); got != "first" || err != nil {
				t.Errorf("NoteOnce(%s) = %q, %v", text, got, err)
			}
		}
		must(t, view.SetNote(ctx, "a", "third"))
		if text, err := view.Note(ctx, "a"); text != "third" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		must(t, view.DropNote(ctx, "a"))
		if text, err := view.Note(ctx, "a"); text != "" || err != nil {
			t.Errorf("after it was dropped: %q, %v", text, err)
		}
	})
	t.Run("what waits", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		view, now := store.Figures{Store: q.s}, heliograph.At(time.Now())
		q.queue("+15550000001")
		it := q.queue("+15550000002")
		later := q.make("+15550000003", "later")
		later.Delivery.Due = now.Add(time.Hour)
		q.accept(later)
		q.claim(it)
		waiting, err := view.Queues(t.Context(), now.Add(time.Second))
		must(t, err)
		if len(waiting) != 2 || waiting[0].State != "ready" || waiting[0].Depth != 1 || waiting[1].State != "sending" || waiting[1].Depth != 1 ||
			waiting[0].Integration != q.integration || waiting[0].Oldest > now.Add(time.Second) {
			t.Errorf("%+v", waiting)
		}
	})
	t.Run("webhooks that wait", func(t *testing.T) {
		t.Parallel()
		view := store.Figures{Store: open(t)}
		if w, err := view.WebhookQueue(t.Context()); w != (store.WebhooksWaiting{}) || err != nil {
			t.Errorf("%+v, %v", w, err)
		}
	})
	t.Run("paused and stored integrations", func(t *testing.T) {
		t.Parallel()
		s := newTenant(t, open(t))
		in := newIntegration(s.Store, s.app.ID, "twilio")
		in.PausedUntil, in.PauseReason = 1000, "broken"
		must(t, store.Integrations{Store: s.Store}.Insert(t.Context(), in))
		view := store.Figures{Store: s.Store}
		for now, want := range map[heliograph.Millis]int{999: 1, 1000: 0} {
			if got, err := view.PausedIntegrations(t.Context(), now); len(got) != want || err != nil {
				t.Errorf("at %d: %v, %v", now, got, err)
			}
		}
		all, err := view.AllIntegrations(t.Context(), 10)
		if err != nil || len(all) != 1 || all[0].ID != in.ID || all[0].App != s.app.ID || all[0].Type != "twilio" || all[0].Paused != 1000 || all[0].Reason != "broken" {
			t.Errorf("%+v, %v", all, err)
		}
		if n, err := view.DisabledWebhooks(t.Context()); n != 0 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
	t.Run("a restored database starts paused, once", func(t *testing.T) {
		t.Parallel()
		s := newTenant(t, open(t))
		in := newIntegration(s.Store, s.app.ID, "twilio")
		must(t, store.Integrations{Store: s.Store}.Insert(t.Context(), in))
		view := store.System{Store: s.Store}
		if restored, _, err := view.Restored(t.Context(), 5, 1000, "look"); restored || err != nil {
			t.Errorf("an original: %v, %v", restored, err)
		}
		must(t, store.MarkRestored(t.Context(), s.Options))
		for _, want := range []bool{true, false} {
			if restored, _, err := view.Restored(t.Context(), 5, 1000, "look"); restored != want || err != nil {
				t.Errorf("restored %v, %v, want %v", restored, err, want)
			}
		}
		got, err := store.Integrations{Store: s.Store}.ByID(t.Context(), in.ID)
		if err != nil || got.PausedUntil != 1000 || got.PauseReason != "look" {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("writes are durable", func(t *testing.T) {
		t.Parallel()
		view := store.Figures{Store: open(t)}
		must(t, view.TestWrite(t.Context(), 5))
		text, _, err := view.Durability(t.Context())
		if text == "" || err != nil {
			t.Errorf("%q, %v", text, err)
		}
		if _, _, err := view.DatabaseNow(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
