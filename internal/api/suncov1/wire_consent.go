package suncov1

import (
	"heliograph"
	"heliograph/internal/profile"
)

// consentsAnswer is what an address allows, and how it came to that.
type consentsAnswer struct {
	Address      string            `json:"address" doc:"In its one spelling."`
	Suppressions []suppressionJSON `json:"suppressions" doc:"What must not be sent to the address now."`
	History      []consentJSON     `json:"history" doc:"The newest 100 changes, newest first."`
}

type suppressionJSON struct {
	Scope         string `json:"scope" doc:"sender (one integration), marketing (every channel) or all."`
	IntegrationID string `json:"integrationId,omitempty" doc:"For sender."`
	Source        string `json:"source"`
	Reason        string `json:"reason"`
	Since         string `json:"since" doc:"ISO 8601."`
}

type consentJSON struct {
	ID            string            `json:"_id"`
	Action        string            `json:"action" doc:"opt_out or opt_in."`
	Scope         string            `json:"scope"`
	Source        string            `json:"source"`
	IntegrationID string            `json:"integrationId,omitempty"`
	AppUserID     string            `json:"appUserId,omitempty" doc:"Who had the address then."`
	Evidence      map[string]string `json:"evidence,omitempty"`
	At            string            `json:"at" doc:"ISO 8601."`
}

func wireConsent(address string, c *profile.Consent) consentsAnswer {
	out := consentsAnswer{Address: address, Suppressions: []suppressionJSON{}, History: []consentJSON{}}
	for _, p := range c.Suppressions {
		out.Suppressions = append(out.Suppressions, suppressionJSON{string(p.Scope), p.Integration.String(), string(p.Source), p.Reason, p.Since.ISO()})
	}
	for _, h := range c.History {
		out.History = append(out.History, consentJSON{
			ID: h.ID.String(), Action: string(h.Action), Scope: string(h.Scope), Source: string(h.Source),
			IntegrationID: h.Integration.String(), AppUserID: h.User.String(), Evidence: h.Evidence, At: h.At.ISO(),
		})
	}
	return out
}

// consentFor begins a change of consent. kind is a channel's name, or "".
func (a *API) consentFor(c *call, address, kind, scope, integration string) (*heliograph.Consent, error) {
	out := &heliograph.Consent{App: c.App.ID, Scope: heliograph.ConsentScope(scope), Source: heliograph.ConsentAPI}
	var err error
	if out.Address, err = a.consentAddress(address, kind); err != nil {
		return nil, err
	}
	if integration != "" && !parseID(integration, &out.Integration) {
		return nil, heliograph.InvalidField("integrationId", "must be an id of 24 hex digits")
	}
	return out, nil
}

func (a *API) consentAddress(address, kind string) (string, error) {
	if address == "" {
		return "", heliograph.InvalidField("address", "is required")
	}
	// A plus sign that was not escaped in a query arrives as a space.
	if address[0] == ' ' {
		address = "+" + address[1:]
	}
	return a.Profiles.Address(kind, address)
}
