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
	d = New(Deps{HTTP: transport, Now: time.Now, IDs: ids, Renderer: named{}, Log: slog.New(slog.DiscardHandler),
		Watch: ended{calls: make(chan struct{}, 1)}})
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

// ended is told of every call, in the section in which its sender then rests.
type ended struct {
	noWatch
	calls chan struct{}
}

func (e ended) WebhookCalled(string, time.Duration) { e.calls <- struct{}{} }

// idler waits until a call has ended, and returns the sender, which is idle.
func (d *Dispatcher) idler(t *testing.T) *sender {
	<-d.Watch.(ended).calls
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.idle) != 1 {
		t.Fatalf("%d senders are idle", len(d.idle))
	}
	return d.idle[0]
}

// A sender stays for the next call, and ends once it had nothing to do for long.
func TestSendersAreKeptAndEnd(t *testing.T) {
	t.Parallel()
	k := &keeping{closes: true, seen: make(chan *http.Request, 2)}
	d, tell := telling(t, k)
	tell()
	first := d.idler(t)
	tell()
	<-k.seen
	<-k.seen
	if again := d.idler(t); again != first {
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
		d.idler(t)
		first := <-k.seen
		body := first.Body
		tell()
		d.idler(t)
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
