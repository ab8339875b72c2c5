package delivery

import (
	"context"
	"slices"
	"time"

	"heliograph"
	"heliograph/channel"
)

// aboutLimit bounds the look for what surrounds a message.
const aboutLimit = 5 * time.Second

// looksAround reports whether an attempt depends on more than its message.
func (e *Engine) looksAround(kind *channel.Type, it *Item) bool {
	return e.Surroundings != nil && kind != nil && (kind.Surrounded || windowed(kind, it.Content))
}

// around is what an attempt depends on besides its message.
type around struct {
	about  *channel.About // nil: not looked for
	device *DeviceState   // likewise
}

// lookAround finds what an attempt depends on, and goes on. It runs in a goroutine
// of its own. When that cannot be found, nothing was sent: it is tried again.
func (e *Engine) lookAround(l *lane, it *Item, kind *channel.Type, suppressed bool) {
	a, err := e.around(it, kind)
	e.post(func(e *Engine) {
		if err == nil {
			e.admitted(l, it, suppressed, a)
			return
		}
		e.Log.Error("what surrounds a message could not be read; it is tried again", "delivery", it.Delivery.ID.String(), "error", err)
		r := channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonUncategorized, Message: "what the message depends on could not be read"}
		e.finish(l, e.decide(l, it, &r, heliograph.At(e.Now()), 0))
	})
}

func (e *Engine) around(it *Item, kind *channel.Type) (a around, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), aboutLimit)
	defer cancel()
	if e.asksDevice(it.Delivery) {
		if a.device, err = e.States.State(ctx, it.Delivery); err != nil {
			return a, err
		}
	}
	if e.looksAround(kind, it) {
		a.about, err = e.Surroundings.About(ctx, it.Delivery, kind)
	}
	return a, err
}

// learn keeps the other names that a provider has for an address. It is called
// where nothing waits: to lose one harms nothing, for the next answer has it, too.
func (e *Engine) learn(i *heliograph.Integration, address string, r *channel.Result) {
	if e.Identities == nil || r.Class != channel.ClassAccepted {
		return
	}
	names := slices.DeleteFunc(slices.Clone(r.Aliases), func(n string) bool { return n == address || n == "" })
	if len(names) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), aboutLimit)
	defer cancel()
	if err := e.Identities.Learn(ctx, i, address, names); err != nil {
		e.Log.Warn("the provider's names for an address could not be stored", "integration", i.ID.String(), "error", err)
	}
}
