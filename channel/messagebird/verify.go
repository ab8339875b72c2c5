package messagebird

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/channel"
)

// Verify implements channel.Verifier. The balance is the smallest thing that only
// a valid access key can ask for. Whether the originator may be sent from shows
// with the first message: there is no question that tells it.
func (s *sender) Verify(ctx context.Context) (map[string]string, error) {
	reply, failed := channel.Call(s.deps.HTTP, s.request(http.MethodGet, "balance").WithContext(ctx), nil)
	switch {
	case failed != nil:
		return nil, unavailable(s.safe(failed.Message))
	case reply.Status == http.StatusUnauthorized || reply.Status == http.StatusForbidden:
		return nil, heliograph.InvalidField("accessKey", "is refused by MessageBird")
	case reply.Status != http.StatusOK:
		return nil, unavailable("MessageBird answered " + strconv.Itoa(reply.Status))
	}
	var balance struct {
		Payment string `json:"payment"`
		Type    string `json:"type"`
	}
	if json.Unmarshal(reply.Body, &balance) != nil || balance.Payment+balance.Type == "" {
		return nil, unavailable("MessageBird's answer cannot be read")
	}
	return map[string]string{}, nil
}

func unavailable(message string) error {
	return heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "%s", message)
}
