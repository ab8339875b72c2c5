package suncov1

import (
	"context"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
)

// noChannel explains a destination that was refused: when its channel is not in
// this build, no user can have a client there.
func (a *API) noChannel(ctx context.Context, c *call, to *conversation.Destination, refused error) error {
	if to == nil || !heliograph.IsKind(refused, heliograph.Invalid) || !strings.HasPrefix(heliograph.AsError(refused).Field, "destination") {
		return refused
	}
	field, name := "destination.integrationType", to.Type
	if !to.Integration.IsZero() {
		i, err := a.Tenants.Integration(ctx, c.App.ID, to.Integration)
		if err != nil {
			return refused
		}
		field, name = "destination.integrationId", i.Type
	}
	if t := a.Tenants.Type(name); t == nil || t.Open != nil {
		return refused
	}
	return heliograph.InvalidField(field, "is of type %s, which has no channel in this build; messages go through %s",
		name, strings.Join(channel.WithChannel(a.Tenants.Types, nil), ", "))
}
