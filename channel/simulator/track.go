package simulator

import (
	"net/http"
	"slices"
	"time"
)

// Track is how a message goes on after it was taken.
type Track struct {
	Message *Message
	Fate    Outcome
	Wait    time.Duration // to the first status
	Works   []Step        // the statuses it reaches unless the fate says otherwise
	// Tell makes the webhook that tells of a status. nil: nobody asked to be told.
	Tell func(to Step, forged bool) *Webhook
}

// Webhook is one telling, which may take several tries.
type Webhook struct {
	// Send makes one try.
	Send func() (WebhookAnswer, error)
	// Again says whether another try may be taken; nil: after 5xx, 429 or no answer.
	Again func(WebhookAnswer, error) bool
	// Note names it in the log.
	Note string
}

// follow makes a taken message run through its fate.
func (s *Simulator) follow(t *Track) {
	if t.Tell == nil && s.ledger.limits.NoHistory {
		return
	}
	c := s.settings.Load()
	steps := t.Fate.Fate
	if steps == nil {
		steps = t.Works
	}
	if len(steps) == 0 {
		return
	}
	if t.Fate.Last || c.Reorder {
		steps = slices.Clone(steps)
		slices.Reverse(steps)
	}
	t.Fate.Twice = t.Fate.Twice || c.Duplicate
	if t.Fate.Silent || !c.Callbacks {
		t.Tell = nil
	}
	s.post.after(t.Wait, func() { s.step(t, steps) })
}

// step brings a message to the first of these statuses, sends the webhook, and
// then the next status has its turn. What was not taken is tried again apart, so
// that it may well be overtaken.
func (s *Simulator) step(t *Track, steps []Step) {
	c := s.settings.Load()
	started := time.Now()
	if v := s.ledger.reach(t.Message, steps[0], s.now()); v.Status == "canceled" {
		return
	}
	s.stream.publishView(s.ledger, t.Message)
	if t.Tell != nil {
		if w := t.Tell(steps[0], t.Fate.Forged); w != nil {
			s.deliver(t.Message, w, t.Fate.Twice, 0)
		}
	}
	if len(steps) > 1 {
		s.post.after(millis(c.DeliveredMs)-time.Since(started), func() { s.step(t, steps[1:]) })
	}
}

// deliver makes one try of a webhook, has the next one made when it was not
// taken, and notes on the message what became of it.
func (s *Simulator) deliver(m *Message, w *Webhook, twice bool, try int) (WebhookAnswer, string) {
	c := s.settings.Load()
	a, err := w.Send()
	why := failure(a, err)
	if why == "" && twice {
		_, _ = w.Send()
	}
	again := worthRetry
	if w.Again != nil {
		again = w.Again
	}
	if why != "" && try < c.Retries && again(a, err) && s.ctx.Err() == nil {
		s.post.after(backoff(c.RetryMs, try), func() { s.deliver(m, w, twice, try+1) })
		return a, why
	}
	s.ledger.change(m, func(m *Message) {
		if why == "" {
			m.told++
		} else {
			m.untold++
		}
		m.lastError = why
	})
	if why != "" {
		s.log.Warn("webhook not taken", "message", m.sid, "what", w.Note, "why", why)
	}
	if why != "" || try > 0 {
		s.stream.publishView(s.ledger, m)
	}
	return a, why
}

func backoff(firstMs, try int) time.Duration {
	return min(30*time.Second, millis(firstMs)<<min(try, 16))
}

// worthRetry says whether another try may be taken: a refusal never will.
func worthRetry(a WebhookAnswer, err error) bool {
	if err != nil {
		return !isHopeless(err)
	}
	return a.Status >= 500 || a.Status == http.StatusTooManyRequests
}
