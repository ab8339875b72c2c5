package heliograph

import "slices"

// Trigger is a v1.1 webhook trigger: what a webhook subscribes to.
type Trigger string

// The triggers, from the v1.1 API. TriggerMessage stands for both directions;
// TriggerAll for everything but TriggerTyping.
const (
	TriggerAll                 Trigger = "*"
	TriggerMessage             Trigger = "message"
	TriggerMessageCustomer     Trigger = "message:appUser"
	TriggerMessageBusiness     Trigger = "message:appMaker"
	TriggerConversationStart   Trigger = "conversation:start"
	TriggerConversationRead    Trigger = "conversation:read"
	TriggerConversationRef     Trigger = "conversation:referral"
	TriggerPostback            Trigger = "postback"
	TriggerTyping              Trigger = "typing:appUser"
	TriggerMerge               Trigger = "merge:appUser"
	TriggerUserDelete          Trigger = "appUser:delete"
	TriggerClientAdd           Trigger = "client:add"
	TriggerClientRemove        Trigger = "client:remove"
	TriggerLinkMatch           Trigger = "link:match"
	TriggerLinkSuccess         Trigger = "link:success"
	TriggerLinkFailure         Trigger = "link:failure"
	TriggerMessageChannel      Trigger = "message:delivery:channel"
	TriggerMessageUser         Trigger = "message:delivery:user"
	TriggerMessageFailure      Trigger = "message:delivery:failure"
	TriggerNotificationChannel Trigger = "notification:delivery:channel"
	TriggerNotificationUser    Trigger = "notification:delivery:user"
	TriggerNotificationFailure Trigger = "notification:delivery:failure"
	TriggerNotificationMatch   Trigger = "notification:match:failure"
	TriggerPayment             Trigger = "payment:success"
	TriggerConsent             Trigger = "consent"          // ours: an opt-out or opt-in
	TriggerWebhookDisabled     Trigger = "webhook:disabled" // ours: an alert
	TriggerWebhookDead         Trigger = "webhook:dead"     // ours: an alert
)

// triggerBits gives every trigger its bit in a webhook's mask. Append only: the
// masks are stored.
var triggerBits = [...]Trigger{
	TriggerMessageCustomer, TriggerMessageBusiness, TriggerConversationStart, TriggerConversationRead,
	TriggerConversationRef, TriggerPostback, TriggerTyping, TriggerMerge, TriggerUserDelete,
	TriggerClientAdd, TriggerClientRemove, TriggerLinkMatch, TriggerLinkSuccess, TriggerLinkFailure,
	TriggerMessageChannel, TriggerMessageUser, TriggerMessageFailure,
	TriggerNotificationChannel, TriggerNotificationUser, TriggerNotificationFailure, TriggerNotificationMatch,
	TriggerPayment, TriggerConsent, TriggerWebhookDisabled, TriggerWebhookDead,
}

// Bit returns the trigger's bit in a mask; 0 when it is not a single trigger.
func (t Trigger) Bit() int64 {
	if i := slices.Index(triggerBits[:], t); i >= 0 {
		return 1 << i
	}
	return 0
}

// TriggerMask returns the mask of a list of triggers, and the first word in it
// that is no trigger.
func TriggerMask(list []Trigger) (mask int64, unknown Trigger) {
	for _, t := range list {
		switch i := slices.Index(triggerBits[:], t); {
		case t == TriggerAll:
			mask |= 1<<len(triggerBits) - 1
			if !slices.Contains(list, TriggerTyping) {
				mask &^= 1 << slices.Index(triggerBits[:], TriggerTyping)
			}
		case t == TriggerMessage:
			mask |= TriggerMessageCustomer.Bit() | TriggerMessageBusiness.Bit()
		case i < 0:
			return 0, t
		default:
			mask |= 1 << i
		}
	}
	return mask, ""
}

// Trigger returns what an event is told as; "" when webhooks are not told.
func (e *Event) Trigger() Trigger {
	switch e.Type {
	case EventChannel, EventUser, EventFailure:
		if e.Data.Quiet {
			return ""
		}
		return deliveryTriggers[e.Data.Kind][e.Type]
	}
	return plainTriggers[e.Type]
}

var deliveryTriggers = map[DeliveryKind]map[EventType]Trigger{
	NotificationDelivery: {EventChannel: TriggerNotificationChannel, EventUser: TriggerNotificationUser, EventFailure: TriggerNotificationFailure},
	MessageDelivery:      {EventChannel: TriggerMessageChannel, EventUser: TriggerMessageUser, EventFailure: TriggerMessageFailure},
}

var plainTriggers = map[EventType]Trigger{
	EventMessageCustomer: TriggerMessageCustomer, EventMessageBusiness: TriggerMessageBusiness,
	EventConversation: TriggerConversationStart, EventRead: TriggerConversationRead, EventTyping: TriggerTyping,
	EventPostback: TriggerPostback, EventMerge: TriggerMerge, EventUserDelete: TriggerUserDelete,
	EventClientAdd: TriggerClientAdd, EventClientRemove: TriggerClientRemove,
	EventLinkMatch: TriggerLinkMatch, EventLinkSuccess: TriggerLinkSuccess, EventLinkFailure: TriggerLinkFailure,
	EventConsent: TriggerConsent, EventWebhookDisabled: TriggerWebhookDisabled, EventWebhookDead: TriggerWebhookDead,
}

// Webhook is a subscriber to events.
type Webhook struct {
	ID              WebhookID
	App             AppID
	Integration     IntegrationID // set for an integration's own webhookUrl: only its events
	Target          string
	Triggers        []Trigger
	Secret          Secret
	IncludeClient   bool
	IncludeFullUser bool
	Disabled        string // why it is disabled; "" when it is not
	Failing         Millis // since when every call fails; 0: they do not
	Created         Millis
}
