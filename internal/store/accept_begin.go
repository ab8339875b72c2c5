package store

// This file has a text per dialect: first attempts begin in a hot write.

import (
	"context"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
)

// sendsFrom is a process and a slot that it wants to send from.
type sendsFrom struct {
	process heliograph.ProcessID
	slot    int
}

var hotLeased = hotStmt{
	row:   `SELECT 1 FROM leases WHERE slot = ? AND process = ?`,
	set:   `SELECT v.i FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS v(slot, process, i) JOIN leases l ON l.slot = v.slot AND l.process = v.process`,
	types: "ib",
}

// askFirst asks what first attempts depend on: whether their slots are still
// leased, and whether their apps have ever suppressed an address.
func (b *accepting) askFirst(all []*notify.Accept) error {
	var p params
	var apps set[heliograph.AppID]
	var slots set[sendsFrom]
	for _, a := range all {
		if a.Start == nil {
			continue
		}
		apps.add(a.Delivery.App)
		if !a.Start.Process.IsZero() {
			slots.add(sendsFrom{a.Start.Process, a.Delivery.Slot})
		}
	}
	if err := b.careful.ask(b.tx, apps.list); err != nil {
		return err
	}
	for _, f := range slots.list {
		p.add(int64(f.slot), idBytes(f.process))
	}
	return b.tx.along(&hotLeased, &p, func(i int, _ cells) error { b.leased[slots.list[i]] = true; return nil })
}

// enqueue queues a notification, as under way if its first attempt begins with
// it.
func (b *accepting) enqueue(a *notify.Accept) {
	if a.Start == nil {
		b.queue.add(queueArgs(a.Delivery, 0, 0)...)
		return
	}
	c := &delivery.Claim{Item: &delivery.Item{Delivery: a.Delivery}, Attempt: 1, At: a.Start.At, Process: a.Start.Process}
	b.first = append(b.first, c)
	b.starting = append(b.starting, a.Start)
	if c.Taken = c.Process.IsZero() || b.leased[sendsFrom{c.Process, a.Delivery.Slot}]; !c.Taken {
		b.queue.add(queueArgs(a.Delivery, 0, 0)...)
		return
	}
	row := queueArgs(a.Delivery, 1, c.At)
	row[7] = int64(c.Attempt)
	b.queue.add(row...)
}

// begin tells which attempts begin with the acceptance.
func (b *accepting) begin(ctx context.Context) error {
	if err := b.careful.findSuppressed(ctx, b.tx, b.first); err != nil {
		return err
	}
	for i, c := range b.first {
		b.starting[i].Taken, b.starting[i].Suppressed = c.Taken, c.Suppressed
	}
	return nil
}

// hint tells of the conversations that got a notification, and of the users whose
// conversation began with one.
func (b *accepting) hint() {
	s := b.tx.c.s
	if !s.hinting() {
		return
	}
	hints := make([]heliograph.Hint, 0, len(b.order))
	for _, t := range b.order {
		hints = append(hints, messagesHint(t.app, t.user, t.id))
		if t.fresh {
			hints = append(hints, userHint(t.app, t.user))
		}
	}
	s.hintAfter(b.tx, hints)
}
