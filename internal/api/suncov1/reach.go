package suncov1

import (
	"context"
	"strings"

	"heliograph"
)

type authCodeAnswer struct {
	AuthCode string `json:"authCode"`
}

func (a *API) getAuthCode(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	code, err := a.Profiles.AuthCode(ctx, c.App.ID, id)
	return authCodeAnswer{code}, err
}

type linkRequestsAnswer struct {
	LinkRequests []linkCodeJSON `json:"linkRequests"`
}

// linkCodeJSON is an offer to link a channel.
type linkCodeJSON struct {
	IntegrationID string `json:"integrationId"`
	Type          string `json:"type"`
	Code          string `json:"code" doc:"To be sent to the integration, as it is."`
	URL           string `json:"url,omitempty" doc:"Opens a message with the code in it; also what to show as a QR code. Absent when the integration's address is not known."`
}

func (a *API) getLinkRequests(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	named := c.query("integrationIds")
	if named == "" {
		return nil, heliograph.InvalidField("integrationIds", "is required: ids of integrations, separated by commas")
	}
	found, err := a.Profiles.LinkRequests(ctx, c.App.ID, id, strings.Split(named, ","))
	if err != nil {
		return nil, err
	}
	out := linkRequestsAnswer{LinkRequests: make([]linkCodeJSON, len(found))}
	for i, l := range found {
		out.LinkRequests[i] = linkCodeJSON{l.Integration.String(), l.Type, l.Code, l.URL}
	}
	return out, nil
}

// businessSystemsAnswer lists the systems in which people answer a user. Here
// they are all told by webhooks, so that none is known by name.
type businessSystemsAnswer struct {
	BusinessSystems []businessSystemJSON `json:"businessSystems"`
}

type businessSystemJSON struct {
	Type string `json:"type"`
}

func (a *API) getBusinessSystems(ctx context.Context, c *call) (any, error) {
	_, err := c.userID(ctx)
	return businessSystemsAnswer{BusinessSystems: []businessSystemJSON{}}, err
}

// pingChannel never reads the body: clients send none.
func (a *API) pingChannel(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Profiles.Ping(ctx, c.App, id, c.PathValue("integrationType"))
}
