package delivery

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
)

// maxAsking bounds the look-ups of one lane under way: after a crash there are
// many at once, and none of them is urgent.
const maxAsking = 32

// askAgain is how long items in doubt wait when they may not be looked up yet,
// unless an attempt ends sooner.
const askAgain = 100 * time.Millisecond

// resolve has an item decided whose echo window has ended.
func (e *Engine) resolve(l *lane, it *Item) {
	l.doubtful.PushBack(it)
	if !l.resolving {
		e.resolveNext(l)
	}
}

// resolveNext decides items in doubt, as many as the lane's bounds allow; none
// when the engine is to stop: they stay in doubt in the database.
func (e *Engine) resolveNext(l *lane) {
	for l.doubtful.Len() > 0 && !e.draining {
		it, _ := l.doubtful.PopFront()
		if !l.knows(it) || it.State != InDoubt {
			continue
		}
		if wait := e.decideDoubt(l, it); wait > 0 {
			l.doubtful.PushFront(it)
			e.resolveLater(l, wait)
			return
		}
	}
}

func (e *Engine) resolveLater(l *lane, wait time.Duration) {
	if l.resolving {
		return
	}
	l.resolving = true
	e.timers.Add(heliograph.At(e.Now()).Add(wait), func() {
		l.resolving = false
		e.resolveNext(l)
	})
}

// decideDoubt asks the provider what became of an item, where that is possible,
// and then follows the integration's policy. It returns how long it has to wait
// for its turn; 0: it is under way.
func (e *Engine) decideDoubt(l *lane, it *Item) (wait time.Duration) {
	err := e.refresh(l)
	gone := heliograph.IsKind(err, heliograph.NotFound)
	if err != nil && !gone {
		e.unopened(l, err)
		return l.lookupWait()
	}
	var asker channel.Lookuper
	if !gone && it.Content != nil {
		asker, _ = l.channel.(channel.Lookuper)
	}
	if asker != nil {
		if wait := e.mayAsk(l); wait > 0 {
			return wait
		}
		l.asking++
	}
	e.inflight++
	l.inflight++
	it.timed = false // the end of this frees its address, and nothing else does
	switch {
	case gone:
		e.finish(l, e.failure(it, it.Delivery.Attempts, heliograph.ReasonUnknownOutcome, "the integration cannot be opened any more", "policy", ""))
	case asker == nil:
		e.finish(l, e.byPolicy(l, it))
	default:
		go e.askProvider(l, it, asker, e.timeout(l.kind))
	}
	return 0
}

// mayAsk returns how long a look-up has to wait: it is a call to the provider
// like any other.
func (e *Engine) mayAsk(l *lane) time.Duration {
	if l.asking >= maxAsking || l.inflight >= e.concurrency(l) {
		return askAgain
	}
	return l.token(heliograph.At(e.Now()))
}

func (e *Engine) askProvider(l *lane, it *Item, asker channel.Lookuper, limit time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	r := asker.Lookup(ctx, &channel.Outgoing{
		Delivery: it.Delivery.ID, Attempt: it.Delivery.Attempts, Address: it.Delivery.Address, Content: it.Content, Category: it.Delivery.Category, Expires: it.Delivery.Expires,
	}, it.Started.Time())
	e.post(func(e *Engine) { e.lookedUp(l, it, &r) })
}

func (e *Engine) lookedUp(l *lane, it *Item, r *channel.Result) {
	l.asking--
	switch r.Class {
	case channel.ClassAccepted:
		e.finish(l, e.accepted(l, it, r, "lookup"))
	case channel.ClassFinal:
		e.finish(l, e.failed(it, r, "lookup"))
	case channel.ClassRetry: // surely not sent: sending it is no repetition
		o := e.requeue(it, heliograph.At(e.Now()), r)
		o.Events[0].Type, o.Events[0].Data.Via = heliograph.EventResolved, "lookup"
		e.finish(l, o)
	default:
		e.finish(l, e.byPolicy(l, it))
	}
}
