package whatsapp

import (
	"context"
	"net/http"

	"heliograph/channel"
)

// Act implements channel.Actor. WhatsApp shows both things at a message of the
// person's; that somebody stopped typing it sees by itself.
func (s *sender) Act(ctx context.Context, _ string, a channel.Activity, last string) error {
	if last == "" || a == channel.TypingStop {
		return nil
	}
	doc := map[string]any{"messaging_product": "whatsapp", "status": "read", "message_id": last}
	if a == channel.TypingStart {
		doc["typing_indicator"] = map[string]any{"type": "text"}
	}
	return s.ask(ctx, http.MethodPost, s.sendPath(), s.settings.AccessToken, doc, nil)
}
