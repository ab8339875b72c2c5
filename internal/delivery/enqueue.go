package delivery

import (
	"context"

	"heliograph"
)

// Slot returns the slot for an address of an integration.
func (e *Engine) Slot(i *heliograph.Integration, address string) int {
	return heliograph.LaneSlot(i.ID, address, e.spread(i))
}

// ClassOf returns the class for a kind of intent.
func ClassOf(kind heliograph.DeliveryKind, c heliograph.Category) heliograph.Class {
	switch {
	case c == heliograph.Marketing:
		return heliograph.ClassMarketing
	case kind == heliograph.MessageDelivery:
		return heliograph.ClassConversational
	}
	return heliograph.ClassTransactional
}

// Enqueue stores a delivery as queued, in the transaction that ctx carries, and
// hands it to its lane once that committed. It fills in the id, class, slot,
// status and times that are not set.
func (e *Engine) Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error {
	i, _, _, err := e.Integrations.Lookup(ctx, d.Integration)
	if err != nil {
		return err
	}
	e.Prepare(d, i)
	if err := e.Store.Enqueue(ctx, d); err != nil {
		return err
	}
	item := &Item{Delivery: d, Content: &m.Content}
	e.Store.AfterCommit(ctx, func() { e.Offer(item) })
	return nil
}

// Prepare fills in what the engine decides of a new delivery.
func (e *Engine) Prepare(d *heliograph.Delivery, i *heliograph.Integration) {
	now := heliograph.At(e.Now())
	if d.ID.IsZero() {
		d.ID = e.IDs.Notification()
	}
	if d.Category == "" {
		d.Category = heliograph.Transactional
	}
	if d.Created == 0 {
		d.Created = now
	}
	d.Due = max(d.Due, d.Created)
	d.Class, d.Slot, d.Channel = ClassOf(d.Kind, d.Category), e.Slot(i, d.Address), i.Type
	d.Status = heliograph.Queued
	if d.Due > now {
		d.Status = heliograph.Scheduled
	}
}
