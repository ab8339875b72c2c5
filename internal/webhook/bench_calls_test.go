package webhook_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// BenchmarkCalls measures what a call costs besides the database, the network
// and the body: events are offered as a commit does, and answered at once.
func BenchmarkCalls(b *testing.B) {
	ids := heliograph.NewIDMaker(time.Now, testkit.NewRandom(1))
	hook := &heliograph.Webhook{ID: ids.Webhook(), App: ids.App(), Target: "http://hooks.example/in?k=1", Secret: "0123456789abcdef0123456789abcdef01234567"}
	q := &counting{scanned: make(chan struct{}), room: make(chan struct{}, 64)} // about as many are under way as in J1
	d := webhook.New(webhook.Deps{
		Queue: q, Hooks: oneHook{hook: hook}, Renderer: ready{}, HTTP: atOnce{}, Now: time.Now,
		IDs: ids, Log: slog.New(slog.DiscardHandler),
	})
	d.Start()
	b.Cleanup(func() { d.Stop(context.Background()) })
	d.Gained(slots()...)
	<-q.scanned
	with := &heliograph.EventContext{Delivery: &heliograph.Delivery{}, User: &heliograph.User{}, Content: &heliograph.Content{}}
	const batch = 32
	told := make([]heliograph.Told, 0, batch)
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		q.room <- struct{}{}
		told = append(told, heliograph.Told{Webhook: hook.ID, Context: with, Event: &heliograph.Event{
			ID: ids.Event(), App: hook.App, Type: heliograph.EventChannel, At: heliograph.At(time.Now()), Conversation: ids.Conversation(),
			Delivery: heliograph.NotificationID{1}, Message: heliograph.MessageID{1}, User: heliograph.UserID{1},
		}})
		if len(told) == batch || n == b.N-1 {
			d.Offer(told)
			told = told[:0]
		}
	}
	for range cap(q.room) {
		q.room <- struct{}{}
	}
}

// counting is a queue that is empty, and makes room when an outcome is recorded.
type counting struct {
	webhook.Queue
	once    sync.Once
	scanned chan struct{}
	room    chan struct{}
}

func (q *counting) Waiting(context.Context, []int) ([]webhook.Place, error) {
	q.once.Do(func() { close(q.scanned) })
	return nil, nil
}

func (*counting) Parked(context.Context, []int, []heliograph.WebhookID, heliograph.Millis, int) ([]*webhook.Entry, error) {
	return nil, nil
}

func (q *counting) Done(_ context.Context, o []webhook.Outcome) error {
	for range o {
		<-q.room
	}
	return nil
}

// oneHook is the only webhook there is.
type oneHook struct {
	webhook.Hooks
	hook *heliograph.Webhook
}

func (h oneHook) Find(context.Context, []webhook.Ref) ([]*heliograph.Webhook, error) {
	return []*heliograph.Webhook{h.hook}, nil
}

// ready is a body that is at hand.
type ready struct{}

var readyBody = make([]byte, 600)

func (ready) Body(dst []byte, _ *heliograph.Webhook, _ *heliograph.Event, _ *webhook.Context) ([]byte, error) {
	return append(dst, readyBody...), nil
}

// atOnce answers a request as soon as it has read it, with a stack about as
// deep as that of an HTTP client.
type atOnce struct{}

func (atOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	if deep(16) > 0 {
		_ = r.Body.Close()
	}
	return okAnswer, nil
}

var okAnswer = &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}

//go:noinline
func deep(n int) byte {
	var room [256]byte
	if n > 0 {
		room[n] = deep(n - 1)
	}
	room[0]++
	return room[n] + 1
}
