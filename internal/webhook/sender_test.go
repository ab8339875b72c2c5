package webhook

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"heliograph"
)

// keeping is a transport that answers 200 and keeps requests. It closes their
// bodies, as it must sooner or later, at once or not.
type keeping struct {
	closes bool
	seen   chan *http.Request
}

func (k *keeping) RoundTrip(r *http.Request) (*http.Response, error) {
	if k.closes {
		_ = r.Body.Close()
	}
	k.seen <- r
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// named is a body that tells its event.
type named struct{}

func (named) Body(dst []byte, _ *heliograph.Webhook, e *heliograph.Event, _ *Context) ([]byte, error) {
	return append(dst, e.ID.String()...), nil
}

// telling is a dispatcher of which only the senders work, and a way to have it
// tell an event.
func telling(t *testing.T, transport http.RoundTripper) (d *Dispatcher, tell func() string) {
	ids := heliograph.NewIDMaker(time.Now, rand.NewChaCha8([32]byte{}))
	d = New(Deps{HTTP: transport, Now: time.Now, IDs: ids, Renderer: named{}, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { d.Stop(t.Context()) })
	hook := &heliograph.Webhook{ID: ids.Webhook(), App: ids.App(), Target: "http://hooks.example/"}
	d.Gained(0)
	d.slots[0].scanned = true
	d.aim(d.lane(hook.ID, hook.App), hook)
	return d, func() string {
		e := &heliograph.Event{ID: ids.Event(), App: hook.App, Type: heliograph.EventRead}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.take(&item{Entry: Entry{Webhook: hook.ID, App: hook.App, ID: e.ID, Key: [12]byte(ids.Conversation()), Event: e}})
		d.spawn()
		return e.ID.String()
	}
}

// idlers waits until n senders are idle, and returns them.
func (d *Dispatcher) idlers(n int) []*sender {
	for {
		d.mu.Lock()
		got := append([]*sender(nil), d.idle...)
		d.mu.Unlock()
		if len(got) == n {
			return got
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// A sender stays for the next call, and ends once it had nothing to do for long.
func TestSendersAreKeptAndEnd(t *testing.T) {
	t.Parallel()
	k := &keeping{closes: true, seen: make(chan *http.Request, 2)}
	d, tell := telling(t, k)
	tell()
	first := d.idlers(1)[0]
	tell()
	<-k.seen
	<-k.seen
	if again := d.idlers(1)[0]; again != first {
		t.Error("another sender was made")
	}
	for rested, want := range []int{1, 0} {
		d.mu.Lock()
		d.rest()
		if len(d.idle) != want {
			t.Errorf("%d senders are idle after %d rests", len(d.idle), rested+1)
		}
		d.mu.Unlock()
	}
	d.wg.Wait()
}

// A request is used again only when the transport is done with it.
func TestARequestThatIsHeldIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	for _, closes := range []bool{true, false} {
		k := &keeping{closes: closes, seen: make(chan *http.Request, 2)}
		d, tell := telling(t, k)
		id := tell()
		d.idlers(1)
		first := <-k.seen
		body := first.Body
		tell()
		d.idlers(1)
		second := <-k.seen
		if same := first == second; same != closes {
			t.Errorf("bodies are closed: %v; the request is used again: %v", closes, same)
		}
		if closes {
			continue
		}
		if got, err := io.ReadAll(body); string(got) != id || first.Header["X-Event-Id"][0] != id || err != nil {
			t.Errorf("the held request is now %q with %v, %v; it was of %s", got, first.Header, err, id)
		}
	}
}
