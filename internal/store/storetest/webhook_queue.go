package storetest

import (
	"slices"

	"heliograph"
	"heliograph/internal/store"
	"heliograph/internal/webhook"
)

// told is the outcome of one more attempt at an entry.
func told(e *webhook.Entry, outcome string, status int) webhook.Outcome {
	return webhook.Outcome{Entry: *e, N: e.Attempt + 1, Outcome: outcome, At: 1000 + heliograph.Millis(e.Attempt), Status: status, Took: 12, Error: "why"}
}

func outcomes(h *hooked) {
	events := h.happen(300)
	all := h.page(heliograph.EventID{}, 300)
	var batch []webhook.Outcome
	for i, e := range all[:299] {
		o := told(e, webhook.OutcomeDone, 200)
		switch {
		case i == 0:
			o = told(e, webhook.OutcomeRetry, 500)
			o.Attempt, o.Due, o.First, o.Body = 1, 99, 88, []byte("body")
		case i == 1:
			o = told(e, webhook.OutcomeRefused, 404)
		case i == 2:
			o = told(e, webhook.OutcomeDead, 0)
		}
		batch = append(batch, o)
	}
	h.must(h.queue.Done(h.Context(), batch))
	left := h.page(heliograph.EventID{}, 300)
	if len(left) != 2 || left[0].ID != events[0].ID || left[1].ID != events[299].ID {
		h.Fatalf("%d are left", len(left))
	}
	if e := left[0]; e.Attempt != 1 || e.Due != 99 || e.First != 88 || string(e.Body) != "body" || e.Parked {
		h.Errorf("put off as %+v", e)
	}
	calls, err := h.log.Calls(h.Context(), &webhook.CallQuery{App: h.app, Webhook: h.hook.ID, Limit: 1000})
	h.must(err)
	if len(calls) != 299 || calls[298].Outcome != "retry" || calls[298].Status != 500 || calls[298].Error != "why" || calls[298].Trigger != heliograph.TriggerConversationRead {
		h.Errorf("%d calls, the first %+v", len(calls), calls[len(calls)-1])
	}
	h.must(h.queue.Done(h.Context(), batch)) // a lost answer: the same again
	if again := h.page(heliograph.EventID{}, 300); len(again) != 2 {
		h.Errorf("%d are left", len(again))
	}
}

func attemptsCountUp(h *hooked) {
	h.happen(1)
	e := h.page(heliograph.EventID{}, 1)[0]
	o := told(e, webhook.OutcomeRetry, 500)
	o.Attempt, o.Due = 3, 33
	h.must(h.queue.Done(h.Context(), []webhook.Outcome{o}))
	o.Attempt, o.Due = 2, 22
	h.must(h.queue.Done(h.Context(), []webhook.Outcome{o}))
	if got := h.page(heliograph.EventID{}, 1)[0]; got.Attempt != 3 || got.Due != 33 {
		h.Errorf("got %+v", got)
	}
}

func parked(h *hooked) {
	h.happen(3)
	all := h.page(heliograph.EventID{}, 3)
	var batch []webhook.Outcome
	for i, e := range all[:2] {
		o := told(e, webhook.OutcomeRetry, 500)
		o.Attempt, o.Parked, o.Due = 5, true, heliograph.Millis(100*(i+1))
		batch = append(batch, o)
	}
	h.must(h.queue.Done(h.Context(), batch))
	if left := h.page(heliograph.EventID{}, 3); len(left) != 1 || left[0].ID != all[2].ID {
		h.Errorf("a page shows parked entries: %v", left)
	}
	for _, tt := range []struct {
		now  heliograph.Millis
		want int
	}{{99, 0}, {100, 1}, {200, 2}} {
		due, err := h.queue.Parked(h.Context(), h.slots(), nil, tt.now, 10)
		h.must(err)
		if len(due) != tt.want || len(due) > 0 && (!due[0].Parked || due[0].ID != all[0].ID || due[0].Event == nil) {
			h.Errorf("at %d: %v", tt.now, due)
		}
	}
	due, err := h.queue.Parked(h.Context(), h.slots(), []heliograph.WebhookID{all[0].Webhook, {1}}, 200, 10)
	h.must(err)
	if len(due) > 0 {
		h.Errorf("of a webhook to skip: %v", due)
	}
}

// shareOfParked: of each place the oldest are shown, however many there are.
func shareOfParked(h *hooked) {
	h.happen(3 * webhook.ParkedOfPlace)
	var batch []webhook.Outcome
	for i, e := range h.page(heliograph.EventID{}, 3*webhook.ParkedOfPlace) {
		o := told(e, webhook.OutcomeRetry, 500)
		o.Attempt, o.Parked, o.Due = 5, true, heliograph.Millis(2000-i)
		batch = append(batch, o)
	}
	h.must(h.queue.Done(h.Context(), batch))
	due, err := h.queue.Parked(h.Context(), h.slots(), nil, 3000, 100)
	h.must(err)
	for _, e := range due {
		if e.Due > 2000-heliograph.Millis(2*webhook.ParkedOfPlace) {
			h.Errorf("an entry due at %d is shown before older ones", e.Due)
		}
	}
	if len(due) != webhook.ParkedOfPlace {
		h.Errorf("%d entries of one place", len(due))
	}
	if due, err = h.queue.Parked(h.Context(), h.slots(), nil, 3000, 2); err != nil || len(due) != 2 {
		h.Errorf("%d entries, %v", len(due), err)
	}
}

func discards(h *hooked) {
	for range 10 {
		h.conv = h.ids.Conversation()
		h.happen(3)
	}
	other := h.subscribe(heliograph.TriggerConversationRead)
	h.happen(1)
	ref := webhook.Ref{App: h.app, ID: h.hook.ID}
	if n, err := h.queue.Discard(h.Context(), ref, 13); n != 0 || err != nil {
		h.Errorf("of an enabled webhook: %d, %v", n, err)
	}
	_, err := h.hooks.Disable(h.Context(), ref, "why")
	h.must(err)
	var removed []int
	for range 4 {
		n, err := h.queue.Discard(h.Context(), ref, 13)
		h.must(err)
		removed = append(removed, n)
	}
	if !slices.Equal(removed, []int{13, 13, 5, 0}) {
		h.Errorf("removed %v", removed)
	}
	left, err := h.queue.Waiting(h.Context(), h.slots())
	h.must(err)
	if len(left) != 1 || left[0].Webhook != other.ID {
		h.Errorf("left at %v", left)
	}
}

func putsOnce(h *hooked) {
	events := h.happen(3)
	all := h.page(heliograph.EventID{}, 3)
	h.must(h.queue.Done(h.Context(), []webhook.Outcome{told(all[1], webhook.OutcomeDone, 200)}))
	put, err := h.queue.Put(h.Context(), h.hook, events, 77)
	h.must(err)
	if len(put) != 1 || put[0].ID != events[1].ID {
		h.Errorf("put %v", put)
	}
	if back := h.page(heliograph.EventID{}, 3); len(back) != 3 || back[1].Due != 77 || back[1].Key != events[1].Key() {
		h.Errorf("queued %v", back)
	}
	if none, err := h.queue.Put(h.Context(), h.hook, nil, 77); len(none) != 0 || err != nil {
		h.Errorf("nothing: %v, %v", none, err)
	}
}

func filtersCalls(h *hooked) {
	events := h.happen(6)
	all := h.page(heliograph.EventID{}, 6)
	batch := []webhook.Outcome{told(all[0], webhook.OutcomeRetry, 500)}
	batch[0].Attempt = 1
	for i, e := range all {
		o := told(e, webhook.OutcomeDone, 200)
		if i == 0 {
			o.N, o.At = 2, 2000
		}
		if i == 4 {
			o.Outcome = webhook.OutcomeDead
		}
		batch = append(batch, o)
	}
	h.must(h.queue.Done(h.Context(), batch))
	ask := func(q webhook.CallQuery) []*webhook.Call {
		q.App, q.Webhook = h.app, h.hook.ID
		if q.Limit == 0 {
			q.Limit = 100
		}
		list, err := h.log.Calls(h.Context(), &q)
		h.must(err)
		return list
	}
	at := heliograph.Millis(events[0].ID.Unix() * 1000)
	for _, tt := range []struct {
		name string
		q    webhook.CallQuery
		want int
	}{
		{"everything", webhook.CallQuery{}, 7},
		{"one event", webhook.CallQuery{Event: events[0].ID}, 2},
		{"the dead", webhook.CallQuery{Outcome: "dead"}, 1},
		{"the done", webhook.CallQuery{Outcome: "done"}, 5},
		{"before", webhook.CallQuery{To: at}, 0},
		{"since", webhook.CallQuery{From: at}, 7},
		{"later", webhook.CallQuery{From: at + 3600_000}, 0},
	} {
		if got := ask(tt.q); len(got) != tt.want {
			h.Errorf("%s: %d, want %d", tt.name, len(got), tt.want)
		}
	}
	var seen []*webhook.Call
	q := webhook.CallQuery{Limit: 2}
	for {
		page := ask(q)
		if len(page) == 0 {
			break
		}
		seen = append(seen, page...)
		last := page[len(page)-1]
		q.Before = &webhook.CallCursor{Event: last.Event, Attempt: last.Attempt, At: last.At}
	}
	if len(seen) != 7 || seen[0].Event != events[5].ID || seen[5].Attempt != 2 || seen[6].Attempt != 1 {
		h.Errorf("paged: %d calls", len(seen))
	}
}

func prunesCalls(h *hooked) {
	h.happen(3)
	var batch []webhook.Outcome
	for _, e := range h.page(heliograph.EventID{}, 3) {
		batch = append(batch, told(e, webhook.OutcomeDone, 200))
	}
	h.must(h.queue.Done(h.Context(), batch))
	at := heliograph.Millis(batch[0].ID.Unix() * 1000)
	for _, tt := range []struct {
		before heliograph.Millis
		want   int64
	}{{at, 0}, {at + 3600_000, 2}, {at + 3600_000, 1}} {
		if n, err := h.log.Prune(h.Context(), h.app, tt.before, 2); n != tt.want || err != nil {
			h.Errorf("before %d: %d, %v, want %d", tt.before, n, err, tt.want)
		}
	}
}

func loadsContexts(h *hooked) {
	var recent []heliograph.MessageID
	var wants []webhook.Want
	for i := range 300 {
		m := h.say(h.Context(), heliograph.Millis(10+i), nil)
		recent = append(recent, m.ID)
		wants = append(wants, webhook.Want{App: h.app, Message: m.ID})
	}
	c := heliograph.Client{ID: h.ids.Client(), App: h.app, User: h.user, Integration: h.ids.Integration(), Platform: "twilio", Address: "+1", Status: heliograph.ClientActive}
	h.must(store.Clients{Store: h.s}.Insert(h.Context(), &c))
	slices.Reverse(recent)
	wants = append(wants,
		webhook.Want{App: h.app, User: h.user, Clients: true, Recent: append(recent[:3:3], h.ids.Message()), Client: c.ID},
		webhook.Want{App: h.app, User: h.user},
		webhook.Want{App: h.ids.App(), User: h.user, Message: recent[0]},
		webhook.Want{App: h.app, Delivery: heliograph.NotificationID{1}, DeliveryTo: true},
	)
	got, err := store.WebhookContexts{Store: h.s}.Load(h.Context(), wants)
	h.must(err)
	for i := range 300 {
		if got[i].Message == nil || got[i].Message.ID != wants[i].Message || got[i].User != nil {
			h.Fatalf("message %d is %+v", i, got[i])
		}
	}
	full, short, foreign, gone := got[300], got[301], got[302], got[303]
	if full.User == nil || len(full.User.Clients) != 1 || full.Client == nil || len(full.Recent) != 3 || full.Recent[0].Received > full.Recent[2].Received {
		h.Errorf("full: %+v", full)
	}
	if short.User == nil || len(short.User.Clients) != 0 {
		h.Errorf("short: %+v", short)
	}
	if foreign.User != nil || foreign.Message != nil {
		h.Errorf("another app's: %+v", foreign)
	}
	if gone.Delivery != nil || gone.Client != nil {
		h.Errorf("gone: %+v", gone)
	}
}
