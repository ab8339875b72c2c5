package webhook

import (
	"context"

	"heliograph"
)

const (
	replayPage = 500
	// replayMost bounds one call; a longer range is replayed by several.
	replayMost = 10000
)

// Replay says what to tell a webhook again: one event, or those of a range of time.
type Replay struct {
	Event    heliograph.EventID
	From, To heliograph.Millis  // not including To
	After    heliograph.EventID // where the last call of this range ended
}

// Replayed is how far a replay came.
type Replayed struct {
	Queued  int  // events that are told again
	Skipped int  // events of the range that wait already, or do not concern the webhook
	More    bool // the range is longer: call again with After
	After   heliograph.EventID
}

// Replay queues events again that the webhook subscribes to, with their own
// ids, page by page; what was queued stays so even when a later page fails.
func (s *Service) Replay(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID, r Replay) (*Replayed, error) {
	h, err := s.Store.ByID(ctx, app, id)
	if err != nil {
		return nil, err
	}
	if h.Disabled != "" {
		return nil, heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "the webhook is disabled; enable it first")
	}
	if !r.Event.IsZero() {
		return s.replayOne(ctx, h, r.Event)
	}
	if r.From <= 0 {
		return nil, heliograph.InvalidField("from", "is required without eventId")
	}
	if r.To == 0 {
		r.To = heliograph.At(s.Now())
	}
	if r.To <= r.From {
		return nil, heliograph.InvalidField("to", "must be after from")
	}
	return s.replayRange(ctx, h, r)
}

func (s *Service) replayOne(ctx context.Context, h *heliograph.Webhook, id heliograph.EventID) (*Replayed, error) {
	e, err := s.Log.Event(ctx, h.App, id)
	if err != nil {
		return nil, err
	}
	if !concerns(h, e) {
		return nil, heliograph.InvalidField("eventId", "names an event that this webhook does not subscribe to")
	}
	out := &Replayed{After: id}
	return out, s.requeue(ctx, h, []*heliograph.Event{e}, out)
}

func (s *Service) replayRange(ctx context.Context, h *heliograph.Webhook, r Replay) (*Replayed, error) {
	// Ids tell the second in which they were made, a little before or after the event.
	out := &Replayed{After: IDAt(r.From.Add(-idSlack))}
	if less(out.After, r.After) {
		out.After = r.After
	}
	end := IDAt(r.To.Add(idSlack))
	for seen := 0; ; {
		page, err := s.Log.Events(ctx, h.App, out.After, end, replayPage)
		if err != nil {
			return nil, err
		}
		var again []*heliograph.Event
		for _, e := range page {
			out.After = e.ID
			if e.At >= r.From && e.At < r.To && concerns(h, e) {
				again = append(again, e)
			} else {
				out.Skipped++
			}
		}
		if err := s.requeue(ctx, h, again, out); err != nil {
			return nil, err
		}
		if seen += len(page); len(page) < replayPage {
			return out, nil
		}
		if seen >= replayMost {
			out.More = true
			return out, nil
		}
	}
}

// requeue queues events in one transaction, and offers them.
func (s *Service) requeue(ctx context.Context, h *heliograph.Webhook, events []*heliograph.Event, out *Replayed) error {
	put, err := s.Queue.Put(ctx, h, events, heliograph.At(s.Now()))
	if err != nil {
		return err
	}
	out.Queued += len(put)
	out.Skipped += len(events) - len(put)
	told := make([]heliograph.Told, len(put))
	for i, e := range put {
		told[i] = heliograph.Told{Event: e, Webhook: h.ID}
	}
	s.Dispatch.Offer(told)
	return nil
}

// concerns reports whether a webhook is told of an event.
func concerns(h *heliograph.Webhook, e *heliograph.Event) bool {
	mask, _ := heliograph.TriggerMask(h.Triggers)
	return mask&e.Trigger().Bit() != 0 && (h.Integration.IsZero() || h.Integration == e.Data.Integ)
}
