// Package delivery is the one way out. It takes queued deliveries through the
// lanes of their integrations (order per address, classes, rates, pauses),
// asks the gates before every attempt, calls the channel, and records the
// outcome. It decides what an outcome means; it never decides what is sent.
package delivery

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
)

// QueueState is the state of a queued delivery.
type QueueState int8

// The states of a queued delivery.
const (
	Ready    QueueState = iota // waits for its turn
	InFlight                   // an attempt is under way
	InDoubt                    // an attempt's outcome is unknown; due is the end of its echo window
	OnHold                     // waits for an echo, a look-up or a person
)

// Item is a queued delivery with all that an attempt needs.
type Item struct {
	Delivery *heliograph.Delivery
	Content  *heliograph.Content // nil: deleted while it was queued
	User     *heliograph.User    // id, external id and conversation only; may be nil

	State   QueueState
	Started heliograph.Millis // of the attempt under way or in doubt

	lane  *lane // while in memory
	timed bool  // it waits for a time: of its retry, or of the end of its echo window
	// parked items wait for their closed lane, and count as waiting while they do.
	parked bool
	stays  bool                   // it must not go through another integration
	pushed heliograph.PushService // that the newest attempt was for; "": none
}

// Claim asks to start one attempt.
type Claim struct {
	Item    *Item
	Attempt int
	At      heliograph.Millis
	// Process must have the lease of the item's slot; zero: it need not be asked.
	Process heliograph.ProcessID

	Taken      bool // the answer: the attempt is recorded and may start
	Suppressed bool // the answer: the address must not be sent to
}

// Outcome records how one attempt ended, or what else became of an item.
type Outcome struct {
	Item    *Item
	Attempt int // it counts only while this is the item's newest attempt

	// Update is the delivery as it is to be stored.
	Update *heliograph.Delivery
	// Requeue keeps the item queued in State until Update.Due; otherwise it
	// leaves the queue.
	Requeue bool
	State   QueueState
	Events  []*heliograph.Event

	// Rerouted says that Update names another integration, channel, client and
	// slot than before.
	Rerouted bool

	Suppress *heliograph.Suppression
	Consent  *heliograph.Consent

	Applied bool // the answer: false when something else had decided meanwhile
}

// Source is a run of queued deliveries with one order: a slot, an integration
// and a class.
type Source struct {
	Slot        int
	Integration heliograph.IntegrationID
	Class       heliograph.Class
}

// Place is where an item stands in its source.
type Place struct {
	Due heliograph.Millis
	ID  heliograph.NotificationID
}

// AppSource is a source and the app that it belongs to.
type AppSource struct {
	Source
	App heliograph.AppID
}

// Status is what a provider told in one request.
type Status struct {
	Integration *heliograph.Integration
	Raw         []byte
	Facts       []channel.Fact
	At          heliograph.Millis
	// Advance says what a fact changes; see Engine.advance. It is pure.
	Advance func(d *heliograph.Delivery, user *heliograph.User, f *channel.Fact) *Change

	Changed []*Change // the answer: what was committed
}

// Change is what a fact changes. Its events are stored with it.
type Change struct {
	Update   *heliograph.Delivery
	Unqueue  bool
	Events   []*heliograph.Event
	Suppress *heliograph.Suppression
	Consent  *heliograph.Consent
}

// Store is what the engine needs remembered. Claim and Finish are hot writes:
// done is called when they are committed, from a writer, and must be quick.
type Store interface {
	Claim(claims []*Claim, done func(error))
	Finish(outcome *Outcome, done func(error))
	// FinishObserved is Finish for a delivery that belongs to a larger act: what
	// observe does is committed with the outcome, or not at all.
	FinishObserved(ctx context.Context, outcome *Outcome, observe func(context.Context) error) error
	// ApplyStatus returns when the facts are committed. Changes of link
	// deliveries are committed together with what observe does.
	ApplyStatus(ctx context.Context, s *Status, observe func(context.Context, *Change) error) error

	// ApplySight returns when what Decide says of the deliveries that it is about is
	// committed, in one write. Whose end is told elsewhere at the moment is left out.
	ApplySight(ctx context.Context, s *Sight) error

	// Sources lists the sources of a slot that hold anything.
	Sources(ctx context.Context, slot int) ([]AppSource, error)
	// Held returns the items of a slot that are not simply ready: those with
	// an attempt behind them.
	Held(ctx context.Context, slot int) ([]*Item, error)
	// Due returns the first ready items of a source, in order, leaving out the
	// known ones, and when the next one is due that is not yet (0: none).
	Due(ctx context.Context, src Source, now heliograph.Millis, limit int, known func(heliograph.NotificationID) bool) (items []*Item, more bool, next heliograph.Millis, err error)

	// Expired looks through the next limit ready items of a source after a place,
	// in order, and returns those that are too late, and the place that it came
	// to; the zero place at the end.
	Expired(ctx context.Context, src Source, now heliograph.Millis, after Place, limit int) (items []*Item, next Place, err error)

	// Wake tells other processes that something was queued in slots of theirs.
	Wake(ctx context.Context, slots []int) error

	// StandIn returns the client at another integration for the person whom d is
	// for, which is made when there is none; ok is false when d must not go there:
	// the address is another person's, or opted out of what d came from.
	StandIn(ctx context.Context, d *heliograph.Delivery, to *heliograph.Integration, fresh heliograph.ClientID, now heliograph.Millis) (client heliograph.ClientID, ok bool, err error)

	Enqueue(ctx context.Context, d *heliograph.Delivery) error
	AfterCommit(ctx context.Context, f func())
	Pause(ctx context.Context, i heliograph.IntegrationID, until heliograph.Millis, reason string) error
}

// Integrations finds an integration and its open channel.
type Integrations interface {
	Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
}

// Observed reports whether the observer is told, in the same transaction, that d
// comes to stand at a status: of links always, of a message to a user that may go
// another way when it fails.
func Observed(d *heliograph.Delivery, next heliograph.Status) bool {
	switch d.Kind {
	case heliograph.LinkDelivery:
		return true
	case heliograph.MessageDelivery:
		return next == heliograph.Failed && len(d.Details.Choices) > 0
	}
	return false
}

// Observer is told of changes to deliveries that belong to a larger act, in the
// transaction of the change: see Observed.
type Observer interface {
	DeliveryChanged(ctx context.Context, d *heliograph.Delivery, e *heliograph.Event) error
}

// Surroundings tells what surrounds a message, for channels that need it.
type Surroundings interface {
	About(ctx context.Context, d *heliograph.Delivery, kind *channel.Type) (*channel.About, error)
}

// Identities keeps what providers know people by.
type Identities interface {
	// Learn notes that names are the person's who has address.
	Learn(ctx context.Context, i *heliograph.Integration, address string, names []string) error
}

// Devices keeps where devices take pushes.
type Devices interface {
	// Dropped is told that the push service knows a token no longer: it is forgotten,
	// if the device that d went to still has it.
	Dropped(ctx context.Context, d *heliograph.Delivery, push *heliograph.Push) error
}

// Watch is told what happens, for metrics.
type Watch interface {
	Attempted(channel string, class channel.Class, took time.Duration)
	Failed(channel, reason string)
}
