package storetest

import (
	"slices"
	"testing"

	"heliograph"
	"heliograph/internal/store"
	"heliograph/internal/webhook"
)

// hooked is a thread with a webhook that is told of reads and messages.
type hooked struct {
	*thread
	queue store.WebhookQueue
	hooks store.Webhooks
	log   store.WebhookLog
	hook  *heliograph.Webhook
}

func newHooked(t *testing.T, open func(*testing.T) *store.Store) *hooked {
	t.Helper()
	th := newThread(t, open)
	h := &hooked{thread: th, queue: store.WebhookQueue{Store: th.s}, hooks: store.Webhooks{Store: th.s}, log: store.WebhookLog{Store: th.s}}
	h.hook = h.subscribe(heliograph.TriggerConversationRead, heliograph.TriggerMessage)
	return h
}

func (h *hooked) subscribe(triggers ...heliograph.Trigger) *heliograph.Webhook {
	h.Helper()
	w := &heliograph.Webhook{ID: h.ids.Webhook(), App: h.app, Target: "https://example.org/", Triggers: triggers, Secret: "s3cret", Created: 5}
	h.must(h.hooks.Insert(h.Context(), w))
	return w
}

func (h *hooked) happen(n int) []*heliograph.Event {
	h.Helper()
	var out []*heliograph.Event
	for range n {
		id := h.ids.Event()
		out = append(out, &heliograph.Event{
			ID: id, App: h.app, Type: heliograph.EventRead, At: heliograph.Millis(id.Unix() * 1000), User: h.user, Conversation: h.conv,
			Data: heliograph.EventData{Channel: "api", ExtID: "x"},
		})
	}
	h.must(h.s.AppendEvents(h.Context(), out...))
	return out
}

func (h *hooked) slots() (all []int) {
	for s := range heliograph.Slots {
		all = append(all, s)
	}
	return all
}

// page returns what is queued for the hook, after an event.
func (h *hooked) page(after heliograph.EventID, limit int) []*webhook.Entry {
	h.Helper()
	list, err := h.queue.Page(h.Context(), webhook.Place{Slot: heliograph.KeySlot(h.conv), Webhook: h.hook.ID}, after, limit)
	h.must(err)
	return list
}

// Webhooks tests webhooks, what they are to be told, and the log of it.
func Webhooks(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a webhook is kept whole", func(t *testing.T) { t.Parallel(); keepsWebhooks(newHooked(t, open)) })
	t.Run("a change keeps the secret", func(t *testing.T) { t.Parallel(); changesWebhooks(newHooked(t, open)) })
	t.Run("only subscribers are queued for", func(t *testing.T) { t.Parallel(); queuesForSubscribers(newHooked(t, open)) })
	t.Run("pages come in order and whole", func(t *testing.T) { t.Parallel(); pages(newHooked(t, open)) })
	t.Run("places are found wherever they are", func(t *testing.T) { t.Parallel(); places(newHooked(t, open)) })
	t.Run("outcomes change the queue and the log together", func(t *testing.T) { t.Parallel(); outcomes(newHooked(t, open)) })
	t.Run("an older attempt does not undo a newer one", func(t *testing.T) { t.Parallel(); attemptsCountUp(newHooked(t, open)) })
	t.Run("parked entries are found when due", func(t *testing.T) { t.Parallel(); parked(newHooked(t, open)) })
	t.Run("of each place a share of what is parked is found", func(t *testing.T) { t.Parallel(); shareOfParked(newHooked(t, open)) })
	t.Run("a queue is discarded in pages", func(t *testing.T) { t.Parallel(); discards(newHooked(t, open)) })
	t.Run("what is queued is not queued twice", func(t *testing.T) { t.Parallel(); putsOnce(newHooked(t, open)) })
	t.Run("the log is filtered and paged", func(t *testing.T) { t.Parallel(); filtersCalls(newHooked(t, open)) })
	t.Run("the log is pruned by the age of events", func(t *testing.T) { t.Parallel(); prunesCalls(newHooked(t, open)) })
	t.Run("contexts are loaded by position", func(t *testing.T) { t.Parallel(); loadsContexts(newHooked(t, open)) })
}

func keepsWebhooks(h *hooked) {
	w := &heliograph.Webhook{
		ID: h.ids.Webhook(), App: h.app, Integration: h.ids.Integration(), Target: "https://example.org/x", Triggers: []heliograph.Trigger{"*"},
		Secret: "abc", IncludeClient: true, IncludeFullUser: true, Disabled: "why", Failing: 7, Created: 9,
	}
	h.must(h.hooks.Insert(h.Context(), w))
	got, err := h.hooks.ByID(h.Context(), h.app, w.ID)
	h.must(err)
	if got.Secret != "abc" || got.Integration != w.Integration || !got.IncludeClient || !got.IncludeFullUser || got.Disabled != "why" || got.Failing != 7 || got.Created != 9 || got.Target != w.Target || !slices.Equal(got.Triggers, w.Triggers) {
		h.Errorf("got %+v", got)
	}
	if _, err := h.hooks.ByID(h.Context(), h.ids.App(), w.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		h.Errorf("another app: %v", err)
	}
	list, err := h.hooks.List(h.Context(), h.app)
	h.must(err)
	found, err := h.hooks.Find(h.Context(), []webhook.Ref{{App: h.app, ID: w.ID}, {App: h.ids.App(), ID: h.hook.ID}, {App: h.app, ID: h.ids.Webhook()}})
	h.must(err)
	if len(list) != 2 || list[0].ID != h.hook.ID || len(found) != 1 || found[0].ID != w.ID {
		h.Errorf("list %v, found %v", list, found)
	}
	h.must(h.hooks.Delete(h.Context(), h.app, w.ID))
	if err := h.hooks.Delete(h.Context(), h.app, w.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		h.Errorf("deleted twice: %v", err)
	}
}

func changesWebhooks(h *hooked) {
	ref := webhook.Ref{App: h.app, ID: h.hook.ID}
	h.must(h.hooks.Failing(h.Context(), ref, 1234))
	first, err := h.hooks.Disable(h.Context(), ref, "dead")
	h.must(err)
	again, err := h.hooks.Disable(h.Context(), ref, "deader")
	h.must(err)
	got, err := h.hooks.ByID(h.Context(), h.app, h.hook.ID)
	h.must(err)
	if !first || again || got.Disabled != "dead" || got.Failing != 1234 || got.Secret != "s3cret" {
		h.Errorf("%v, %v, %+v", first, again, got)
	}
	h.must(h.hooks.Failing(h.Context(), webhook.Ref{App: h.app, ID: h.ids.Webhook()}, 1))
}

func queuesForSubscribers(h *hooked) {
	h.subscribe(heliograph.TriggerTyping)
	off := h.subscribe(heliograph.TriggerAll)
	_, err := h.hooks.Disable(h.Context(), webhook.Ref{App: h.app, ID: off.ID}, "x")
	h.must(err)
	var offered []heliograph.Told
	h.s.OnTold(func(t []heliograph.Told) { offered = append(offered, t...) })
	e := h.happen(1)[0]
	if len(offered) != 1 || offered[0].Webhook != h.hook.ID || offered[0].Event.ID != e.ID {
		h.Errorf("offered %+v", offered)
	}
	places, err := h.queue.Waiting(h.Context(), h.slots())
	h.must(err)
	if len(places) != 1 {
		h.Errorf("queued at %v", places)
	}
}

func pages(h *hooked) {
	events := h.happen(5)
	all := h.page(heliograph.EventID{}, 10)
	if len(all) != 5 {
		h.Fatalf("%d entries", len(all))
	}
	for i, e := range all {
		if e.ID != events[i].ID || e.App != h.app || e.Webhook != h.hook.ID || e.Key != events[i].Key() || e.Attempt != 0 || e.Parked || e.Body != nil {
			h.Errorf("entry %d is %+v", i, e)
		}
		if e.Event == nil || e.Event.Type != heliograph.EventRead || e.Event.User != h.user || e.Event.Data.ExtID != "x" || e.Event.At != events[i].At {
			h.Errorf("event %d is %+v", i, e.Event)
		}
	}
	if rest := h.page(events[2].ID, 1); len(rest) != 1 || rest[0].ID != events[3].ID {
		h.Errorf("after the third: %v", rest)
	}
	recent, err := h.queue.Recent(h.Context(), h.slots(), h.hook.ID, events[3].ID, 10)
	h.must(err)
	if len(recent) != 1 || recent[0].ID != events[4].ID {
		h.Errorf("recent: %v", recent)
	}
}

func places(h *hooked) {
	other := h.subscribe(heliograph.TriggerConversationRead)
	var want []webhook.Place
	for range 40 {
		h.conv = h.ids.Conversation()
		h.happen(2)
		for _, id := range []heliograph.WebhookID{h.hook.ID, other.ID} {
			if p := (webhook.Place{Slot: heliograph.KeySlot(h.conv), Webhook: id}); !slices.Contains(want, p) {
				want = append(want, p)
			}
		}
	}
	got, err := h.queue.Waiting(h.Context(), h.slots())
	h.must(err)
	for _, p := range want {
		if !slices.Contains(got, p) {
			h.Errorf("%v is missing", p)
		}
	}
	if len(got) != len(want) {
		h.Errorf("%d places, want %d", len(got), len(want))
	}
	some, err := h.queue.Waiting(h.Context(), []int{want[0].Slot})
	h.must(err)
	if len(some) == 0 || slices.ContainsFunc(some, func(p webhook.Place) bool { return p.Slot != want[0].Slot }) {
		h.Errorf("places of one slot: %v", some)
	}
}
