package suncov1

import (
	"strconv"

	"heliograph"
	"heliograph/internal/api/sunco"
)

// delivery writes the keys of notification:delivery:* and message:delivery:*.
func (o *hookOut) delivery() {
	e := o.e
	notification := e.Data.Kind == heliograph.NotificationDelivery
	o.destination(notification)
	o.Flag("isFinalEvent", e.Data.Final)
	o.externals()
	if notification {
		o.notification()
	} else {
		sunco.WriteRefIf(&o.Writer, "message", e.Message)
	}
	if e.Type == heliograph.EventFailure {
		o.failed()
	}
	if !notification {
		o.user("appUser")
		sunco.WriteRefIf(&o.Writer, "conversation", e.Conversation)
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
	o.Open("destination", '{')
	o.TextIf("type", kind)
	sunco.WriteIDIf(&o.Writer, "integrationId", integration)
	o.TextIf("destinationId", address)
	o.Close('}')
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
	o.Open("externalMessages", '[')
	for _, id := range ids {
		o.Open("", '{')
		o.Text("id", id)
		o.Close('}')
	}
	o.Close(']')
}

// notification names a notification, with what its sender wrote into the
// message's metadata, so that a receiver need not look it up, and whom its
// address belongs to.
func (o *hookOut) notification() {
	e := o.e
	o.Open("notification", '{')
	o.Text("_id", e.Delivery.String())
	if said := o.c.Said(); said != nil {
		o.DocumentIf("metadata", said.Metadata)
	}
	o.Close('}')
	if !e.User.IsZero() {
		o.Open("matchResult", '{')
		o.user("appUser")
		sunco.WriteRefIf(&o.Writer, "conversation", e.Conversation)
		o.Close('}')
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
	o.Open("error", '{')
	o.Text("code", heliograph.ReasonUncategorized)
	o.Close('}')
}

// failure writes why something failed, in the words of v1.1, with what the
// provider said and our own precise reason.
func (o *hookOut) failure(e *heliograph.DeliveryError) {
	if e == nil {
		return
	}
	o.Open("error", '{')
	o.Text("code", strictCode(e.Code))
	o.TextIf("message", e.Message)
	o.Open("underlyingError", '{')
	o.Text("reason", e.Code)
	o.IntIf("status", int64(e.HTTPStatus))
	o.TextIf("message", e.Message)
	if e.Provider != "" {
		o.Open("errors", '[')
		o.Open("", '{')
		o.Key("code")
		if n, err := strconv.Atoi(e.Provider); err == nil { // a number where the provider's code is one
			o.B = strconv.AppendInt(o.B, int64(n), 10)
		} else {
			o.Quoted(e.Provider)
		}
		o.TextIf("title", e.Message)
		o.Close('}')
		o.Close(']')
	}
	o.Close('}')
	o.Close('}')
}
