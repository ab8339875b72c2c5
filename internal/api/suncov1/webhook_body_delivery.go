package suncov1

import (
	"strconv"

	"heliograph"
)

// delivery writes the keys of notification:delivery:* and message:delivery:*.
func (o *hookOut) delivery() {
	e := o.e
	notification := e.Data.Kind == heliograph.NotificationDelivery
	o.destination(notification)
	o.flag("isFinalEvent", e.Data.Final)
	o.externals()
	if notification {
		o.notification()
	} else {
		writeRefIf(&o.jsonOut, "message", e.Message)
	}
	if e.Type == heliograph.EventFailure {
		o.failed()
	}
	if !notification {
		o.user("appUser")
		writeRefIf(&o.jsonOut, "conversation", e.Conversation)
	}
	o.client()
}

func (o *hookOut) destination(notification bool) {
	kind, integration, address := o.e.Data.Channel, o.e.Data.Integ, ""
	if d := o.c.Delivery; d != nil {
		kind, integration = d.Channel, d.Integration
		if notification {
			address = d.Address
		}
	}
	o.open("destination", '{')
	o.textIf("type", kind)
	writeIDIf(&o.jsonOut, "integrationId", integration)
	o.textIf("destinationId", address)
	o.close('}')
}

// externals writes the provider's ids.
func (o *hookOut) externals() {
	ids := o.e.Data.External
	if ids == nil && o.c.Delivery != nil {
		ids = o.c.Delivery.Details.External
	}
	if len(ids) == 0 {
		return
	}
	o.open("externalMessages", '[')
	for _, id := range ids {
		o.open("", '{')
		o.text("id", id)
		o.close('}')
	}
	o.close(']')
}

// notification names a notification, with what its sender wrote into the
// message's metadata, so that a receiver need not look it up, and whom its
// address belongs to.
func (o *hookOut) notification() {
	e := o.e
	o.open("notification", '{')
	o.text("_id", e.Delivery.String())
	if said := o.c.Said(); said != nil {
		o.documentIf("metadata", said.Metadata)
	}
	o.close('}')
	if !e.User.IsZero() {
		o.open("matchResult", '{')
		o.user("appUser")
		writeRefIf(&o.jsonOut, "conversation", e.Conversation)
		o.close('}')
	}
}

// strictCode maps a reason to the codes that receivers of v1.1 know.
func strictCode(reason string) string {
	switch reason {
	case heliograph.ReasonUnauthorized, heliograph.ReasonBadRequest, heliograph.ReasonBlocked:
		return reason
	case heliograph.ReasonOptedOut:
		return heliograph.ReasonBlocked
	case heliograph.ReasonNotFound:
		return heliograph.ReasonBadRequest
	}
	return heliograph.ReasonUncategorized
}

// failed writes why a delivery failed, also when that is not known.
func (o *hookOut) failed() {
	if o.e.Data.Error != nil {
		o.failure(o.e.Data.Error)
		return
	}
	o.open("error", '{')
	o.text("code", heliograph.ReasonUncategorized)
	o.close('}')
}

// failure writes why something failed, in the words of v1.1, with what the
// provider said and our own precise reason.
func (o *hookOut) failure(e *heliograph.DeliveryError) {
	if e == nil {
		return
	}
	o.open("error", '{')
	o.text("code", strictCode(e.Code))
	o.textIf("message", e.Message)
	o.open("underlyingError", '{')
	o.text("reason", e.Code)
	o.intIf("status", int64(e.HTTPStatus))
	o.textIf("message", e.Message)
	if e.Provider != "" {
		o.open("errors", '[')
		o.open("", '{')
		o.key("code")
		if n, err := strconv.Atoi(e.Provider); err == nil { // a number where the provider's code is one
			o.b = strconv.AppendInt(o.b, int64(n), 10)
		} else {
			o.quoted(e.Provider)
		}
		o.textIf("title", e.Message)
		o.close('}')
		o.close(']')
	}
	o.close('}')
	o.close('}')
}
