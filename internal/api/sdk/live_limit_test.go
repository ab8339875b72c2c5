package sdk_test

import (
	"net/http"
	"testing"
	"time"

	"heliograph/internal/api/sdk"
)

// TestOneDeviceManyConnections: what a device asks for is counted over all of its
// connections, and another device is not told off for it.
func TestOneDeviceManyConnections(t *testing.T) {
	t.Parallel()
	at := time.Now()
	b := newBed(t, func(o *sdk.LiveOptions) { o.Now = func() time.Time { return at } }) // so that nothing is allowed anew
	b.session("hs1_a", 1)
	b.session("hs1_b", 2)
	var wires []*wire
	for range 4 {
		w := b.dial()
		w.send(`{"t":"hello","session":"hs1_a"}`)
		w.next("ready")
		wires = append(wires, w)
	}
	for _, w := range wires {
		for range 40 {
			if w.conn.WriteString(`{"t":"read"}`) != nil {
				break
			}
		}
	}
	for _, w := range wires {
		if got := w.ends(4429); got != "too_many_requests" {
			t.Errorf("because of %q", got)
		}
	}
	b.mu.Lock()
	if n := len(b.acts); n > 40-len(wires) {
		t.Errorf("%d acts", n)
	}
	b.mu.Unlock()
	w := b.dial()
	w.send(`{"t":"hello","session":"hs1_a"}`)
	if got := w.ends(4429); got != "too_many_requests" {
		t.Errorf("because of %q", got)
	}
	res, _ := b.events("", "X-Heliograph-Session", "hs1_a")
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("events: %s, %v", res.Status, res.Header)
	}
	other := b.dial()
	other.send(`{"t":"hello","session":"hs1_b"}`)
	other.next("ready")
}
