package suncov1

import (
	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/webhook"
)

// webhookRequest is the body that creates or changes a webhook.
type webhookRequest struct {
	Target          *string               `json:"target,omitempty" doc:"An http or https URL. Needed to create one."`
	Triggers        *[]heliograph.Trigger `json:"triggers,omitempty" doc:"What to be told of. message unless told; * is everything but typing:appUser."`
	IncludeClient   *bool                 `json:"includeClient,omitempty" doc:"Show the client that an event came from or went to."`
	IncludeFullUser *bool                 `json:"includeFullAppUser,omitempty" doc:"Show users in full."`
}

func (r *webhookRequest) change() webhook.Change {
	return webhook.Change{Target: r.Target, Triggers: r.Triggers, IncludeClient: r.IncludeClient, IncludeFullUser: r.IncludeFullUser}
}

// webhookJSON is a webhook on the wire.
type webhookJSON struct {
	ID              string               `json:"_id"`
	Target          string               `json:"target"`
	Triggers        []heliograph.Trigger `json:"triggers"`
	Secret          string               `json:"secret" doc:"Sent as X-API-Key, and the key of X-Signature."`
	Version         string               `json:"version" doc:"v1.1"`
	IncludeClient   bool                 `json:"includeClient"`
	IncludeFullUser bool                 `json:"includeFullAppUser"`
	IntegrationID   string               `json:"integrationId,omitempty" doc:"It belongs to this integration's webhookUrl. An addition of ours."`
	Disabled        string               `json:"disabled,omitempty" doc:"Why it is told nothing. An addition of ours."`
	FailingSince    string               `json:"failingSince,omitempty" doc:"Every call has failed since then. An addition of ours."`
}

type webhookAnswer struct {
	Webhook webhookJSON `json:"webhook"`
}

type webhooksAnswer struct {
	Webhooks []webhookJSON `json:"webhooks"`
}

func wireWebhook(h *heliograph.Webhook) webhookJSON {
	return webhookJSON{
		ID: h.ID.String(), Target: h.Target, Triggers: h.Triggers, Secret: h.Secret.Reveal(), Version: "v1.1",
		IncludeClient: h.IncludeClient, IncludeFullUser: h.IncludeFullUser,
		IntegrationID: h.Integration.String(), Disabled: h.Disabled, FailingSince: sunco.ISO(h.Failing),
	}
}

func answerWebhook(h *heliograph.Webhook, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return webhookAnswer{wireWebhook(h)}, nil
}

// webhookID returns the webhook that the path names.
func (c *call) webhookID() (id heliograph.WebhookID, err error) {
	err = pathID(c, "webhookId", heliograph.CodeNotFound, &id)
	return id, err
}
