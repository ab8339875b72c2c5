package webhook

import "heliograph"

// wanted returns what is missing from have for an event's body, and whether
// anything is.
func wanted(e *heliograph.Event, h *heliograph.Webhook, have *Context) (w Want, missing bool) {
	w.App = e.App
	full := h.IncludeFullUser || e.Type == heliograph.EventConversation
	if (have.User == nil || full) && !e.User.IsZero() && e.Type != heliograph.EventUserDelete {
		w.User, w.Clients, missing = e.User, full, true
	}
	if have.Delivery == nil && !e.Delivery.IsZero() && isDelivery(e.Type) {
		w.Delivery, missing = e.Delivery, true
	}
	if !e.Message.IsZero() && lacksMessage(e, have) {
		w.Message, missing = e.Message, true
	}
	if e.Type == heliograph.EventMessageCustomer && len(e.Data.Context) > 0 {
		w.Recent, missing = e.Data.Context, true
	}
	if client := clientOf(e, have); h.IncludeClient || showsClient(e.Type) {
		switch {
		case !client.IsZero():
			w.Client, missing = client, true
		case !w.Delivery.IsZero():
			w.DeliveryTo = true
		}
	}
	return w, missing
}

func clientOf(e *heliograph.Event, have *Context) heliograph.ClientID {
	if e.Data.Client.IsZero() && have.Delivery != nil {
		return have.Delivery.Client
	}
	return e.Data.Client
}

func isDelivery(t heliograph.EventType) bool {
	return t == heliograph.EventChannel || t == heliograph.EventUser || t == heliograph.EventFailure
}

// lacksMessage reports whether the body shows a message that is not at hand or,
// of a notification's, its metadata.
func lacksMessage(e *heliograph.Event, have *Context) bool {
	switch e.Type {
	case heliograph.EventMessageCustomer, heliograph.EventMessageBusiness, heliograph.EventPostback:
		return have.Message == nil
	}
	return isDelivery(e.Type) && e.Data.Kind == heliograph.NotificationDelivery && have.Message == nil && have.Content == nil
}

func showsClient(t heliograph.EventType) bool {
	switch t {
	case heliograph.EventClientAdd, heliograph.EventClientRemove,
		heliograph.EventLinkMatch, heliograph.EventLinkSuccess, heliograph.EventLinkFailure:
		return true
	}
	return false
}

// merge adds what was loaded to what was at hand.
func (c *Context) merge(loaded *Context) {
	if loaded == nil {
		return
	}
	if loaded.Delivery != nil {
		c.Delivery = loaded.Delivery
	}
	if loaded.User != nil {
		c.User = loaded.User
	}
	if loaded.Message != nil {
		c.Message = loaded.Message
	}
	if loaded.Client != nil {
		c.Client = loaded.Client
	}
	if len(loaded.Recent) > 0 {
		c.Recent = loaded.Recent
	}
}
