package store

import (
	"encoding/json"
	"slices"

	"heliograph"
)

// The events of deliveries are most of what is stored for ever, so they do not
// repeat what the row of their delivery holds. Everything that is left out is
// put back when the event is read.

// eventRow is the part of an event's row that may be left out.
type eventRow struct {
	user    heliograph.UserID
	message heliograph.MessageID
	doc     string
}

// rowOf returns an event as it is stored. d is its delivery as it is stored
// with it; nil when it is not known.
func rowOf(e *heliograph.Event, d *heliograph.Delivery) (eventRow, error) {
	r, data := eventRow{user: e.User, message: e.Message}, e.Data
	if repeats(e, d) {
		r.user, r.message = heliograph.UserID{}, heliograph.MessageID{}
		data.Kind, data.Integ = "", heliograph.IntegrationID{}
		switch {
		case e.Type == heliograph.EventUser:
			data.External = nil
		case e.Type == heliograph.EventChannel && data.Class == usualClass && data.Via == usualVia:
			data.Class, data.Via = "", ""
		}
	}
	doc, err := json.Marshal(&data)
	r.doc = string(doc)
	return r, err
}

// How most messages reach a provider.
const usualClass, usualVia = "accepted", "outcome"

// repeats reports whether an event says of its delivery just what the row says.
func repeats(e *heliograph.Event, d *heliograph.Delivery) bool {
	return d != nil && d.ID == e.Delivery && aboutSending(e.Type) && e.Data.Kind == d.Kind && e.Data.Kind != "" &&
		e.Data.Integ == d.Integration && e.User == d.User && e.Message == d.Message &&
		(e.Type != heliograph.EventUser || slices.Equal(e.Data.External, d.Details.External)) &&
		(e.Type != heliograph.EventChannel || e.Data.Class != "" || e.Data.Via != "")
}

// aboutSending reports whether events of a type are about what became of one
// delivery, and always come with all that its row holds.
func aboutSending(t heliograph.EventType) bool {
	switch t {
	case heliograph.EventAttempt, heliograph.EventUnknown, heliograph.EventResolved, heliograph.EventHeld,
		heliograph.EventChannel, heliograph.EventUser, heliograph.EventFailure, heliograph.EventCancelled:
		return true
	}
	return false
}

// deliveryFacts is what an event reads from its delivery's row.
const (
	deliveryFacts     = `d.kind, d.integration_id, d.user_id, d.message_id, d.doc`
	deliveryFactsJoin = ` LEFT JOIN deliveries d ON d.app_id = e.app_id AND d.id = e.delivery_id`
)

// factsOf are the columns of deliveryFacts; all are empty for other events.
type factsOf struct {
	kind        *string
	integration heliograph.IntegrationID
	user        heliograph.UserID
	message     heliograph.MessageID
	doc         []byte
}

func (f *factsOf) into() []any { return []any{&f.kind, &f.integration, &f.user, &f.message, &f.doc} }

// complete reads an event's document, and puts back what was left out.
func (f *factsOf) complete(e *heliograph.Event, doc []byte) error {
	if err := json.Unmarshal(doc, &e.Data); err != nil {
		return err
	}
	if f.kind == nil || !aboutSending(e.Type) || e.Data.Kind != "" {
		return nil
	}
	e.Data.Kind, e.Data.Integ, e.User, e.Message = heliograph.DeliveryKind(*f.kind), f.integration, f.user, f.message
	switch {
	case e.Type == heliograph.EventChannel && e.Data.Class == "" && e.Data.Via == "":
		e.Data.Class, e.Data.Via = usualClass, usualVia
	case e.Type == heliograph.EventUser:
		var details heliograph.DeliveryDetails
		if err := json.Unmarshal(f.doc, &details); err != nil {
			return err
		}
		e.Data.External = details.External
	}
	return nil
}
