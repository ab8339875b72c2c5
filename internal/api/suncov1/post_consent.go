package suncov1

import (
	"context"
	"slices"

	"heliograph"
)

// optOutRequest tells of a person who opted out.
type optOutRequest struct {
	Address       string            `json:"address" required:"true" doc:"The channel's address of the person."`
	Type          string            `json:"type,omitempty" doc:"The channel, when the address alone does not tell."`
	Scope         string            `json:"scope" required:"true" doc:"sender (this integration, every message), marketing (on every channel) or all."`
	IntegrationID string            `json:"integrationId,omitempty" doc:"Needed for the scope sender."`
	Source        string            `json:"source,omitempty" doc:"api (unless told), agent, complaint, list-unsubscribe or hard-bounce."`
	Evidence      map[string]string `json:"evidence,omitempty" doc:"How it is known: at most 4,096 bytes."`
}

func (a *API) postConsent(ctx context.Context, c *call) (any, error) {
	in, err := decode[optOutRequest](c)
	if err != nil {
		return nil, err
	}
	if in.Scope == "" {
		return nil, heliograph.InvalidField("scope", "is required")
	}
	change, err := a.consentFor(c, in.Address, in.Type, in.Scope, in.IntegrationID)
	if err != nil {
		return nil, err
	}
	if in.Source != "" {
		change.Source = heliograph.ConsentSource(in.Source)
		if !slices.Contains([]heliograph.ConsentSource{heliograph.ConsentAPI, heliograph.ConsentAgent, heliograph.ConsentComplaint,
			heliograph.ConsentListUnsubscribe, heliograph.ConsentHardBounce}, change.Source) {
			return nil, heliograph.InvalidField("source", "must be one of api, agent, complaint, list-unsubscribe, hard-bounce")
		}
	}
	size := 0
	for k, v := range in.Evidence {
		size += len(k) + len(v)
	}
	if size > heliograph.MaxMetadataBytes {
		return nil, heliograph.InvalidField("evidence", "is longer than %d bytes", heliograph.MaxMetadataBytes)
	}
	if change.Evidence = in.Evidence; change.Evidence == nil {
		change.Evidence = map[string]string{}
	}
	change.Evidence["key"] = c.Principal.Key.String()
	if _, err := a.Profiles.Suppress(ctx, change); err != nil {
		return nil, err
	}
	return a.showConsent(ctx, c, change.Address)
}
