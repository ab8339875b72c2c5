package suncov1

import (
	"context"
	"time"

	"heliograph"
)

type pauseRequest struct {
	Until  *string `json:"until" doc:"ISO-8601. Absent: until it is resumed."`
	Reason string  `json:"reason" doc:"For people."`
}

func (a *API) pauseIntegration(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	in := &pauseRequest{}
	if c.hasBody() {
		if in, err = decode[pauseRequest](c); err != nil {
			return nil, err
		}
	}
	var until heliograph.Millis
	if in.Until != nil {
		t, err := time.Parse(time.RFC3339, *in.Until)
		if err != nil {
			return nil, heliograph.InvalidField("until", "must be an ISO-8601 time, for example 2030-01-31T08:00:00Z")
		}
		if until = heliograph.At(t); until <= 0 {
			return nil, heliograph.InvalidField("until", "must be in the future")
		}
	}
	return a.integration(a.Tenants.Pause(ctx, c.App.ID, id, until, in.Reason))
}
