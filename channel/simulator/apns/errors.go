package apns

import (
	"net/http"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// refusal is an error answer of the played API.
type refusal struct {
	status int
	reason string
	since  time.Time // of a token that died
}

func (e *refusal) write(w http.ResponseWriter) {
	out := map[string]any{"reason": e.reason}
	if e.status == http.StatusGone {
		out["timestamp"] = e.since.UnixMilli()
	}
	simulator.WriteJSON(w, e.status, out)
}

// byReason is the refusal of a reason, as it is now.
func byReason(reason string, now time.Time) *refusal {
	return &refusal{status: statusOf(reason), reason: reason, since: now}
}

func statusOf(reason string) int {
	switch reason {
	case "ExpiredProviderToken", "InvalidProviderToken", "MissingProviderToken", "Forbidden":
		return http.StatusForbidden
	case "BadPath":
		return http.StatusNotFound
	case "MethodNotAllowed":
		return http.StatusMethodNotAllowed
	case "Unregistered", "ExpiredToken":
		return http.StatusGone
	case "PayloadTooLarge":
		return http.StatusRequestEntityTooLarge
	case "TooManyRequests", "TooManyProviderTokenUpdates":
		return http.StatusTooManyRequests
	case "InternalServerError":
		return http.StatusInternalServerError
	case "ServiceUnavailable", "Shutdown":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// longAgo is the word of the refusal that tells of a death before any registration.
const longAgo = "UnregisteredLongAgo"

func refusals() []devices.Refusal {
	return []devices.Refusal{
		{Suffix: "0010", Word: "Unregistered", Does: "refused, 410 Unregistered: dead since now"},
		{Suffix: "0011", Word: "BadDeviceToken", Does: "refused, 400 BadDeviceToken"},
		{Suffix: "0012", Word: "DeviceTokenNotForTopic", Does: "refused, 400 DeviceTokenNotForTopic"},
		{Suffix: "0013", Word: "TopicDisallowed", Does: "refused, 400 TopicDisallowed"},
		{Suffix: "0014", Word: "InvalidProviderToken", Does: "refused, 403 InvalidProviderToken"},
		{Suffix: "0015", Word: "ExpiredToken", Does: "refused, 410 ExpiredToken: dead since now"},
		{Suffix: "0016", Word: longAgo, Does: "refused, 410 Unregistered: dead since a year ago, so a newer registration lives"},
		{Suffix: "0017", Word: "ExpiredProviderToken", Does: "403 ExpiredProviderToken once, then works", Turns: 1},
		{Suffix: "0018", Word: "PayloadTooLarge", Does: "refused, 413 PayloadTooLarge"},
		{Suffix: "0019", Word: "TooManyProviderTokenUpdates", Does: "refused, 429 TooManyProviderTokenUpdates"},
		{Suffix: "0020", Word: "Shutdown", Does: "refused, 503 Shutdown"},
	}
}
