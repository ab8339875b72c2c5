package suncov1

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/internal/tenant"
)

// integrationJSON is what every integration has on the wire. The channel's own
// settings, without its secrets, stand beside these fields.
type integrationJSON struct {
	ID          string                       `json:"_id"`
	Type        string                       `json:"type"`
	DisplayName string                       `json:"displayName,omitempty"`
	Status      heliograph.IntegrationStatus `json:"status" enum:"active,inactive,error"`
	Error       string                       `json:"error,omitempty" doc:"Why the status is not active: what the provider said, or that this build has no channel for the type."`
	WebhookURL  string                       `json:"webhookUrl,omitempty" doc:"Also gets this integration's delivery events and answers."`
	HookURL     string                       `json:"hookUrl,omitempty" doc:"Where the provider is to call."`
	Delivery    heliograph.DeliverySettings  `json:"delivery"`
	Paused      *pauseJSON                   `json:"paused,omitempty" doc:"While the integration is paused."`
}

type pauseJSON struct {
	Until  string `json:"until,omitempty" doc:"Absent: until it is resumed."`
	Reason string `json:"reason,omitempty"`
}

// flatIntegration is an integration with its channel's fields beside the common ones.
type flatIntegration map[string]any

// Shape implements openapi.Shaper.
func (flatIntegration) Shape() any { return integrationJSON{} }

type integrationAnswer struct {
	Integration flatIntegration `json:"integration"`
}

func (a *API) wireIntegration(i *heliograph.Integration) (flatIntegration, error) {
	common := integrationJSON{
		ID: i.ID.String(), Type: i.Type, DisplayName: i.DisplayName, Status: i.Status, Error: i.Error,
		WebhookURL: i.Delivery.WebhookURL, HookURL: a.Tenants.HookURL(i), Delivery: i.Delivery,
	}
	common.Delivery.WebhookURL = ""
	if i.Status == heliograph.IntegrationActive && !tenant.Usable(a.Tenants.Type(i.Type)) {
		common.Status, common.Error = heliograph.IntegrationInactive, "this build has no channel for integrations of type "+i.Type
	}
	if i.PausedUntil > heliograph.At(a.Now()) {
		common.Paused = &pauseJSON{Reason: i.PauseReason}
		if i.PausedUntil != tenant.UntilResumed {
			common.Paused.Until = i.PausedUntil.ISO()
		}
	}
	out := flatIntegration{}
	if err := json.Unmarshal(i.Settings, &out); err != nil {
		return nil, err
	}
	for k, v := range i.Info {
		out[k] = v
	}
	b, err := json.Marshal(common)
	if err != nil {
		return nil, err
	}
	return out, json.Unmarshal(b, &out)
}

// integrationRequest is what to set of an integration, besides the channel's
// own fields.
type integrationRequest struct {
	Type        string                               `json:"type" doc:"The channel, for example twilio. Needed at creation; it cannot be changed."`
	DisplayName *string                              `json:"displayName"`
	WebhookURL  *string                              `json:"webhookUrl" doc:"A URL that also gets this integration's delivery events and answers; empty removes it."`
	Delivery    partial[heliograph.DeliverySettings] `json:"delivery" doc:"How fast and how stubbornly messages are sent. Only what is named changes."`
}

// integrationChange reads the body of a creation or a change.
func integrationChange(c *call) (*integrationRequest, tenant.IntegrationChange, error) {
	in, err := decode[integrationRequest](c)
	if err != nil {
		return nil, tenant.IntegrationChange{}, err
	}
	fields, err := decode[map[string]json.RawMessage](c)
	if err != nil {
		return nil, tenant.IntegrationChange{}, err
	}
	return in, tenant.IntegrationChange{
		DisplayName: in.DisplayName, WebhookURL: in.WebhookURL, Delivery: in.Delivery.RawMessage, Fields: *fields,
	}, nil
}

// integrationID reads the integration that the path names.
func (c *call) integrationID() (heliograph.IntegrationID, error) {
	var id heliograph.IntegrationID
	err := pathID(c, "integrationId", heliograph.CodeIntegrationNotFound, &id)
	return id, err
}

// integration answers with an integration.
func (a *API) integration(i *heliograph.Integration, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	out, err := a.wireIntegration(i)
	return integrationAnswer{out}, err
}

// onIntegration runs do with the integration that the path names.
func (a *API) onIntegration(ctx context.Context, c *call, do func(context.Context, heliograph.AppID, heliograph.IntegrationID) (*heliograph.Integration, error)) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	return a.integration(do(ctx, c.App.ID, id))
}
