package store

import (
	"encoding/json"
	"slices"

	"heliograph"
)

// The events of deliveries are most of what is stored for ever, so they do not
// repeat what the row of their delivery holds, nor what most events say.
// Everything that is left out is put back when the event is read.

// eventRow is the part of an event's row that may be left out.
type eventRow struct {
	user         heliograph.UserID
	conversation heliograph.ConversationID
	message      heliograph.MessageID
	doc          string
}

// eventDoc is the document of an event. A document without a kind, of an event
// about sending, is one with parts left out.
type eventDoc struct {
	*heliograph.EventData
	Later   heliograph.Millis  `json:"t,omitempty"`  // how long after its id's moment it happened
	Started *heliograph.Millis `json:"st,omitempty"` // how long before, instead of when
	HTTP    int                `json:"h,omitempty"`  // instead of an error that says no more than the HTTP status
}

// rowOf returns an event as it is stored. d is its delivery as it is stored
// with it; nil when it is not known.
func rowOf(e *heliograph.Event, d *heliograph.Delivery) (eventRow, error) {
	r, data := eventRow{user: e.User, conversation: e.Conversation, message: e.Message}, e.Data
	if repeats(e, d) {
		r.user, r.conversation, r.message = heliograph.UserID{}, heliograph.ConversationID{}, heliograph.MessageID{}
		data.Kind, data.Integ = "", heliograph.IntegrationID{}
		if u := usual(e.Type); u != nil {
			u.leaveOut(&data)
		}
	}
	doc := eventDoc{EventData: &data, Later: e.At - e.ID.Millis()}
	if data.Started != 0 {
		before := e.At - data.Started
		doc.Started = &before
	}
	if x := data.Error; x != nil && x.HTTPStatus != 0 && *x == (heliograph.DeliveryError{HTTPStatus: x.HTTPStatus}) {
		doc.HTTP, data.Error = x.HTTPStatus, nil
	}
	text, err := json.Marshal(doc)
	r.doc = string(text)
	return r, err
}

// repeats reports whether an event says of its delivery just what the row says,
// and leaves nothing empty that would be read as left out.
func repeats(e *heliograph.Event, d *heliograph.Delivery) bool {
	return d != nil && d.ID == e.Delivery && aboutSending(e.Type) && e.Data.Kind == d.Kind && e.Data.Kind != "" &&
		e.Data.Integ == d.Integration && e.User == d.User && e.Conversation == d.Conversation && e.Message == d.Message &&
		(usual(e.Type) == nil || usual(e.Type).fits(&e.Data, d))
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

// usually is what most events of a type say. They also name the provider's ids
// that their delivery has, which stay from then on.
type usually struct {
	attempt    int
	class, via string
	final      bool
}

// usual returns what most events of a type say; nil: nothing in particular.
func usual(t heliograph.EventType) *usually {
	switch t {
	case heliograph.EventChannel:
		return &usually{attempt: 1, class: "accepted", via: "outcome"}
	case heliograph.EventUser:
		return &usually{attempt: 1, via: "callback", final: true}
	}
	return nil
}

// fits reports whether nothing that can be left out is empty in data.
func (u *usually) fits(data *heliograph.EventData, d *heliograph.Delivery) bool {
	return data.Attempt != 0 && (data.Class != "" || u.class == "") && data.Via != "" && (data.Final || !u.final) &&
		len(data.External) > 0 && slices.Equal(data.External, d.Details.External)
}

// leaveOut empties what is as usual.
func (u *usually) leaveOut(data *heliograph.EventData) {
	if data.Attempt == u.attempt {
		data.Attempt = 0
	}
	if data.Class == u.class {
		data.Class = ""
	}
	if data.Via == u.via {
		data.Via = ""
	}
	data.Final = data.Final && !u.final
	data.External = nil
}

// putBack undoes leaveOut.
func (u *usually) putBack(data *heliograph.EventData, external []string) {
	if data.Attempt == 0 {
		data.Attempt = u.attempt
	}
	if data.Class == "" {
		data.Class = u.class
	}
	if data.Via == "" {
		data.Via = u.via
	}
	data.Final = data.Final || u.final
	data.External = external
}

// deliveryFacts is what an event reads from its delivery's row.
const (
	deliveryFacts     = `d.kind, d.integration_id, d.user_id, d.conversation_id, d.message_id, d.doc`
	deliveryFactsJoin = ` LEFT JOIN deliveries d ON d.app_id = e.app_id AND d.id = e.delivery_id`
)

// factsOf are the columns of deliveryFacts; all are empty for other events.
type factsOf struct {
	kind         *string
	integration  heliograph.IntegrationID
	user         heliograph.UserID
	conversation heliograph.ConversationID
	message      heliograph.MessageID
	doc          []byte
}

func (f *factsOf) into() []any {
	return []any{&f.kind, &f.integration, &f.user, &f.conversation, &f.message, &f.doc}
}

// complete reads an event's document, and puts back what was left out. The
// event's id and type must be set.
func (f *factsOf) complete(e *heliograph.Event, text []byte) error {
	doc := eventDoc{EventData: &e.Data}
	if err := json.Unmarshal(text, &doc); err != nil {
		return err
	}
	e.At = e.ID.Millis() + doc.Later
	if doc.Started != nil {
		e.Data.Started = e.At - *doc.Started
	}
	if doc.HTTP != 0 {
		e.Data.Error = &heliograph.DeliveryError{HTTPStatus: doc.HTTP}
	}
	if f.kind == nil || !aboutSending(e.Type) || e.Data.Kind != "" {
		return nil
	}
	e.Data.Kind, e.Data.Integ = heliograph.DeliveryKind(*f.kind), f.integration
	e.User, e.Conversation, e.Message = f.user, f.conversation, f.message
	u := usual(e.Type)
	if u == nil {
		return nil
	}
	var details heliograph.DeliveryDetails
	err := json.Unmarshal(f.doc, &details)
	u.putBack(&e.Data, details.External)
	return err
}
