package delivery

import (
	"time"

	"heliograph"
	"heliograph/channel"
)

// DefaultMaxAttempts is how often a delivery is attempted when its integration
// says nothing else. With the waits between them it spans about half an hour.
const DefaultMaxAttempts = 8

// decide turns the end of an attempt into what is to be stored.
func (e *Engine) decide(l *lane, it *Item, r *channel.Result, now heliograph.Millis, took time.Duration) *Outcome {
	var o *Outcome
	switch r.Class {
	case channel.ClassAccepted:
		o = e.accepted(l, it, r, "outcome")
	case channel.ClassRetry:
		o = e.retry(l, it, r, now)
	case channel.ClassPause:
		o = e.requeue(it, now, r)
	case channel.ClassFinal:
		if r.OneMoreTry && it.Delivery.Attempts < 2 {
			o = e.retry(l, it, r, now)
			break
		}
		o = e.failed(it, r, "outcome")
	default:
		o = e.doubt(l, it, it.Delivery.Attempts, r.Message, "outcome")
		o.Events[0].Data.Error = r.Error()
	}
	ev := o.Events[0]
	ev.Data.Channel = string(it.pushed)
	ev.Data.Attempt, ev.Data.Started, ev.Data.Took, ev.Data.Class = it.Delivery.Attempts, it.Started, took.Milliseconds(), r.Class.String()
	return o
}

// event starts an event about a delivery.
func (e *Engine) event(d *heliograph.Delivery, kind heliograph.EventType, user *heliograph.User) *heliograph.Event {
	ev := &heliograph.Event{
		ID: e.IDs.Event(), App: d.App, Type: kind, At: heliograph.At(e.Now()),
		User: d.User, Conversation: d.Conversation, Delivery: d.ID, Message: d.Message,
	}
	ev.Data.Kind, ev.Data.Integ, ev.Data.Quiet = d.Kind, d.Integration, quiet(d)
	if user != nil {
		ev.Data.ExtID = user.ExternalID
	}
	return ev
}

// quiet reports whether webhooks are not told what becomes of d: in the v1.1 API a
// message to a client that runs the SDK has no delivery events.
func quiet(d *heliograph.Delivery) bool {
	return d.Kind == heliograph.MessageDelivery && heliograph.SDKPlatform(d.Channel)
}

// outcome starts an outcome of an item's newest attempt.
func (e *Engine) outcome(it *Item, kind heliograph.EventType) *Outcome {
	d := *it.Delivery
	return &Outcome{Item: it, Attempt: d.Attempts, Update: &d, Events: []*heliograph.Event{e.event(&d, kind, it.User)}}
}

func (e *Engine) accepted(l *lane, it *Item, r *channel.Result, via string) *Outcome {
	o := e.outcome(it, heliograph.EventChannel)
	d, ev := o.Update, o.Events[0]
	d.Status, d.Reason, d.Sent = heliograph.AtChannel, "", ev.At
	d.Details.External, d.Details.Parts, d.Details.Price, d.Details.Error = r.External, r.Parts, r.Price, nil
	ev.Data.External, ev.Data.Via = r.External, via
	if l.kind != nil && !l.kind.Receipts {
		d.Final, ev.Data.Final = ev.At, true
	}
	ev.Data.Error = providerWords(r)
	return o
}

// providerWords keeps the provider's own answer of an attempt that succeeded.
func providerWords(r *channel.Result) *heliograph.DeliveryError {
	if r.HTTPStatus == 0 && r.ProviderCode == "" {
		return nil
	}
	return &heliograph.DeliveryError{HTTPStatus: r.HTTPStatus, Provider: r.ProviderCode}
}

func (e *Engine) failed(it *Item, r *channel.Result, via string) *Outcome {
	o := e.failure(it, it.Delivery.Attempts, r.Reason, r.Message, via, "")
	o.Update.Details.Error, o.Events[0].Data.Error = r.Error(), r.Error()
	if r.Suppress != nil {
		o.Suppress, o.Consent = e.suppression(o.Update, r.Suppress, r.Reason)
		o.Events = append(o.Events, e.optedOut(o.Update, o.Consent))
	}
	return o
}

// failure is the outcome of a delivery that ends without reaching anyone.
func (e *Engine) failure(it *Item, attempt int, reason, message, via, gate string) *Outcome {
	o := e.outcome(it, heliograph.EventFailure)
	o.Attempt = attempt
	d, ev := o.Update, o.Events[0]
	d.Status, d.Reason, d.Final = heliograph.Failed, reason, ev.At
	if reason == heliograph.ReasonExpired {
		d.Status = heliograph.Expired
	}
	d.Details.Error = &heliograph.DeliveryError{Code: reason, Message: message}
	ev.Data.Final, ev.Data.Via, ev.Data.Gate, ev.Data.Error = true, via, gate, d.Details.Error
	return o
}

// stopped is the outcome of an item that a gate stopped.
func (e *Engine) stopped(it *Item, v Verdict) *Outcome {
	if v.Status != "" {
		return e.overtaken(it, v)
	}
	return e.failure(it, it.Delivery.Attempts, v.Reason, v.Message, "gate", v.Gate)
}

// retry queues an item again after a wait that ends at its expiry, or fails it
// when it has had its attempts.
func (e *Engine) retry(l *lane, it *Item, r *channel.Result, now heliograph.Millis) *Outcome {
	if it.Delivery.Attempts >= l.mostAttempts() {
		if r.Reason == "" {
			r.Reason = heliograph.ReasonTimeout
			if r.HTTPStatus == 429 {
				r.Reason = heliograph.ReasonTooManyRequests
			}
		}
		return e.failed(it, r, "outcome")
	}
	wait := e.backoff(it.Delivery.Attempts)
	if r.After > 0 {
		wait = r.After + time.Duration(e.rng.Int64N(int64(time.Second)))
	}
	due := now.Add(wait)
	if it.Delivery.Expires != 0 {
		due = min(due, max(it.Delivery.Expires, now)) // then it is told as expired
	}
	return e.requeue(it, due, r)
}

// backoff is the wait after attempt n: 2 s, 4 s, 8 s … at most 15 minutes, of
// which between a half and the whole is taken by chance.
func (e *Engine) backoff(n int) time.Duration {
	d := min(time.Second<<min(n, 12), 15*time.Minute)
	return d/2 + time.Duration(e.rng.Int64N(int64(d/2)+1))
}

func (e *Engine) requeue(it *Item, due heliograph.Millis, r *channel.Result) *Outcome {
	o := e.outcome(it, heliograph.EventAttempt)
	o.Requeue, o.State = true, Ready
	o.Update.Status, o.Update.Due = heliograph.Queued, due
	o.Events[0].Data.Retry, o.Events[0].Data.Error = due, r.Error()
	return o
}

// doubt is the outcome of an attempt whose end is not known: it is held for the
// provider's echo.
func (e *Engine) doubt(l *lane, it *Item, attempt int, message, via string) *Outcome {
	window := heliograph.DefaultEchoWindow
	if l.integration == nil {
		_ = e.refresh(l) // the default window serves an integration that is gone
	}
	if l.integration != nil {
		window = l.echoWindow()
	}
	o := e.outcome(it, heliograph.EventUnknown)
	o.Attempt, o.Requeue, o.State = attempt, true, InDoubt
	o.Update.Status = heliograph.Unknown
	o.Update.Due = heliograph.At(e.Now()).Add(window)
	ev := o.Events[0]
	ev.Data.Attempt, ev.Data.Started, ev.Data.Via, ev.Data.Retry = attempt, it.Started, via, o.Update.Due
	ev.Data.Error = &heliograph.DeliveryError{Code: heliograph.ReasonUnknownOutcome, Message: message}
	return o
}

// byPolicy follows the integration's policy for unknown outcomes.
func (e *Engine) byPolicy(l *lane, it *Item) *Outcome {
	var o *Outcome
	switch policy := l.policy(it.Delivery.Category); {
	case l.repeatable() && policy == heliograph.ResendUnknown && it.Delivery.Attempts >= l.mostAttempts():
		return e.failure(it, it.Delivery.Attempts, heliograph.ReasonTimeout, "no attempt was answered; it may have been sent", "policy", "")
	case policy == heliograph.FailUnknown:
		return e.failure(it, it.Delivery.Attempts, heliograph.ReasonUnknownOutcome, "the provider may have sent it; the integration's policy is not to send it again", "policy", "")
	case policy == heliograph.HoldUnknown:
		o = e.outcome(it, heliograph.EventHeld)
		o.Requeue, o.State = true, OnHold
		o.Update.Status = heliograph.Unknown
	default:
		o = e.outcome(it, heliograph.EventResolved)
		o.Requeue, o.State = true, Ready
		o.Update.Status, o.Update.Due = heliograph.Queued, heliograph.At(e.Now())
		o.Update.Details.Resent = true
	}
	o.Events[0].Data.Via = "policy"
	return o
}

// optedOut tells of an opt-out that a provider knew of.
func (e *Engine) optedOut(d *heliograph.Delivery, c *heliograph.Consent) *heliograph.Event {
	ev := e.event(d, heliograph.EventConsent, nil)
	ev.Data.Reason, ev.Data.Client, ev.Data.Channel = string(c.Action), d.Client, d.Channel
	ev.Data.Criteria = map[string]string{"address": c.Address, "scope": string(c.Scope), "source": string(c.Source)}
	return ev
}

// suppression is what a provider's refusal means for later sends.
func (e *Engine) suppression(d *heliograph.Delivery, s *channel.Suppress, reason string) (*heliograph.Suppression, *heliograph.Consent) {
	now := heliograph.At(e.Now())
	sup := &heliograph.Suppression{App: d.App, Address: d.Address, Scope: s.Scope, Source: s.Source, Reason: reason, Since: now}
	if s.For > 0 {
		sup.Until = now.Add(s.For)
	}
	if s.Scope == heliograph.ScopeSender {
		sup.Integration = d.Integration
	}
	return sup, &heliograph.Consent{
		ID: e.IDs.Record(), App: d.App, Integration: sup.Integration, Address: d.Address, User: d.User,
		Action: heliograph.OptOut, Scope: s.Scope, Source: s.Source, At: now,
		Evidence: map[string]string{"delivery": d.ID.String(), "reason": reason},
	}
}
