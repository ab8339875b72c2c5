package webhook

import (
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"heliograph"
)

// Those that hang share a quarter of the senders; one that answers again gets
// its turns among the others at once, with what waited meanwhile.
func TestThoseThatHangShareAQuarter(t *testing.T) {
	t.Parallel()
	ids := heliograph.NewIDMaker(time.Now, rand.NewChaCha8([32]byte{}))
	d := New(Deps{Now: time.Now, IDs: ids, Log: slog.New(slog.DiscardHandler), Limits: Limits{Senders: 16}})
	d.Gained(0)
	d.slots[0].scanned = true
	d.mu.Lock()
	defer d.mu.Unlock()
	add := func(hangs bool) *lane {
		hook := &heliograph.Webhook{ID: ids.Webhook(), App: ids.App(), Target: "http://hooks.example/"}
		l := d.lane(hook.ID, hook.App)
		d.aim(l, hook)
		for range 3 {
			d.take(&item{Entry: Entry{Webhook: hook.ID, App: hook.App, ID: ids.Event(), Key: [12]byte(ids.Conversation())}})
		}
		d.suspect(l, hangs)
		return l
	}
	hanging := []*lane{add(true), add(true), add(true)}
	healthy := []*lane{add(false), add(false)}
	begun := func(of []*lane) (n int) {
		for _, l := range of {
			n += l.calls
		}
		return n
	}
	all := func() {
		for {
			if _, ok := d.next(); !ok {
				return
			}
		}
	}
	all()
	if h, s := begun(healthy), begun(hanging); h != 6 || s != 4 {
		t.Errorf("%d calls of those that answer, %d of those that hang", h, s)
	}
	again := hanging[2]
	before := again.calls
	d.suspect(again, false)
	all()
	if again.calls != 3 || begun(hanging[:2]) != 4-before {
		t.Errorf("one that answers again has %d calls, the others %d", again.calls, begun(hanging[:2]))
	}
	if len(d.hanging.lanes) != 2 || len(d.healthy.lanes) != 0 {
		t.Errorf("%d hang and %d do not, of those with something ready", len(d.hanging.lanes), len(d.healthy.lanes))
	}
}
