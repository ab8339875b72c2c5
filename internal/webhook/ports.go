package webhook

import (
	"context"
	"net/http"
	"time"

	"heliograph"
)

// ParkedOfPlace is how many parked entries of a place are looked at together.
const ParkedOfPlace = 4

// Queue is what is to be told, in the database.
type Queue interface {
	// Waiting returns where in the slots something is queued.
	Waiting(ctx context.Context, slots []int) ([]Place, error)
	// Page returns up to limit entries of a place that are not parked and whose
	// event comes after the given one, oldest first.
	Page(ctx context.Context, at Place, after heliograph.EventID, limit int) ([]*Entry, error)
	// Recent returns up to limit entries of a webhook in the slots that are not
	// parked and whose event comes after the given one, oldest first.
	Recent(ctx context.Context, slots []int, webhook heliograph.WebhookID, after heliograph.EventID, limit int) ([]*Entry, error)
	// Parked returns up to limit parked entries that are due: of each place in the
	// slots the ParkedOfPlace oldest, but none of the webhooks to skip.
	Parked(ctx context.Context, slots []int, skip []heliograph.WebhookID, due heliograph.Millis, limit int) ([]*Entry, error)
	// Done writes what became of attempts: their log, and their entries removed
	// or put off.
	Done(ctx context.Context, outcomes []Outcome) error
	// Discard removes up to limit entries of a webhook, unless it exists and is
	// enabled, and tells how many it did.
	Discard(ctx context.Context, ref Ref, limit int) (int, error)
}

// Hooks are the webhooks, as the dispatcher needs them.
type Hooks interface {
	// Find returns those of the webhooks that exist.
	Find(ctx context.Context, refs []Ref) ([]*heliograph.Webhook, error)
	// Disable sets why a webhook is disabled; false when it is already, or gone.
	Disable(ctx context.Context, ref Ref, reason string) (bool, error)
	// Failing notes since when every call fails; 0: it no longer does.
	Failing(ctx context.Context, ref Ref, since heliograph.Millis) error
	// Reached reports whether a call of the webhook succeeded since then.
	Reached(ctx context.Context, ref Ref, since heliograph.Millis) (bool, error)
}

// Contexts loads what bodies are made from. The answer is by position.
type Contexts interface {
	Load(ctx context.Context, wants []Want) ([]*Context, error)
}

// Renderer makes the body that a webhook is told an event with. It appends to
// dst, and is pure.
type Renderer interface {
	Body(dst []byte, hook *heliograph.Webhook, event *heliograph.Event, with *Context) ([]byte, error)
}

// Events appends events in the transaction that ctx carries.
type Events interface {
	AppendEvents(ctx context.Context, events ...*heliograph.Event) error
}

// Atomic runs fn in one transaction; fn may be run again.
type Atomic func(ctx context.Context, fn func(context.Context) error) error

// After calls f once, when d has passed, unless stop is called first.
type After func(d time.Duration, f func()) (stop func() bool)

// RealTime is the After of a running program.
func RealTime(d time.Duration, f func()) (stop func() bool) { return time.AfterFunc(d, f).Stop }

// HTTP makes one exchange. It must not follow redirects and must guard against
// private addresses; it should keep as many connections as there are senders.
type HTTP = http.RoundTripper

// Watch is told how calls fare.
type Watch interface {
	WebhookCalled(outcome string, took time.Duration)
	WebhookDone(lag time.Duration)
	WebhookParked()
	WebhookDead()
	WebhookDisabled()
}

type noWatch struct{}

func (noWatch) WebhookCalled(string, time.Duration) {}
func (noWatch) WebhookDone(time.Duration)           {}
func (noWatch) WebhookParked()                      {}
func (noWatch) WebhookDead()                        {}
func (noWatch) WebhookDisabled()                    {}
