package app

import (
	"context"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/profile"
)

// consents is what the conversation engine asks of profiles: the words that
// change a person's consent, and the links that wait for a sign of life.
type consents struct{ *profile.Service }

var (
	_ conversation.Consents = consents{}
	_ conversation.Links    = consents{}
)

// Classify implements conversation.Consents.
func (c consents) Classify(own *heliograph.Keywords, text string, stopped bool) string {
	return string(c.Service.Classify(own, text, stopped))
}

// ConfirmByActivity implements conversation.Links.
func (c consents) ConfirmByActivity(ctx context.Context, in *heliograph.Integration, address, text string, stop bool) error {
	return c.Service.ConfirmByActivity(ctx, profile.Activity{App: in.App, Integration: in.ID, Address: address, Text: text, Stop: stop})
}
