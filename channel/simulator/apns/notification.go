package apns

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"heliograph/channel/simulator/devices"
)

// The bounds of a notification, in bytes.
const (
	maxPayload  = 4096
	maxCollapse = 64
)

var pushTypes = []string{"alert", "background", "voip", "complication", "fileprovider", "mdm", "liveactivity", "pushtotalk", "location"}

var uuid = regexp.MustCompile(`(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// notification is a request that was read.
type notification struct {
	topic, kind, collapse string
	priority              int
	expires               int64 // seconds; 0: now or never
	payload               json.RawMessage
	aps                   struct {
		Alert any    `json:"alert"`
		Badge *int64 `json:"badge"`
		Sound any    `json:"sound"`
	}
}

// readNotification reads headers and payload, and returns the reason why it must
// be refused, "" when there is none.
func readNotification(w http.ResponseWriter, r *http.Request) (n *notification, reason string) {
	n = &notification{priority: 10}
	reason = n.readHeaders(r.Header)
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	switch {
	case tooLarge(err):
		return n, orElse(reason, "PayloadTooLarge")
	case err != nil || len(raw) == 0:
		return n, orElse(reason, "PayloadEmpty")
	}
	var payload struct {
		APS json.RawMessage `json:"aps"`
	}
	if json.Unmarshal(raw, &payload) != nil || json.Unmarshal(payload.APS, &n.aps) != nil {
		return n, orElse(reason, "PayloadEmpty")
	}
	n.payload = raw
	return n, reason
}

func orElse(reason, otherwise string) string {
	if reason != "" {
		return reason
	}
	return otherwise
}

func (n *notification) readHeaders(h http.Header) (reason string) {
	for _, name := range []string{"apns-topic", "apns-push-type", "apns-priority", "apns-expiration", "apns-collapse-id", "apns-id"} {
		if len(h.Values(name)) > 1 {
			return "DuplicateHeaders"
		}
	}
	n.topic, n.kind, n.collapse = h.Get("apns-topic"), h.Get("apns-push-type"), h.Get("apns-collapse-id")
	if given := h.Get("apns-id"); given != "" && !uuid.MatchString(given) {
		return "BadMessageId"
	}
	switch {
	case n.topic == "":
		return "MissingTopic"
	case !topic.MatchString(n.topic):
		return "BadTopic"
	case !slices.Contains(pushTypes, n.kind):
		return "InvalidPushType"
	case len(n.collapse) > maxCollapse:
		return "BadCollapseId"
	}
	if given := h.Get("apns-expiration"); given != "" {
		seconds, err := strconv.ParseInt(given, 10, 64)
		if err != nil || seconds < 0 {
			return "BadExpirationDate"
		}
		n.expires = seconds
	}
	if given := h.Get("apns-priority"); given != "" {
		if given != "10" && given != "5" && given != "1" {
			return "BadPriority"
		}
		n.priority, _ = strconv.Atoi(given)
	}
	if n.kind == "background" && n.priority != 5 {
		return "BadPriority"
	}
	return ""
}

var topic = regexp.MustCompile(`^[A-Za-z0-9.-]{1,255}$`)

// push is what the device gets.
func (n *notification) push(token string) devices.Push {
	p := devices.Push{Token: token, Badge: n.aps.Badge, Collapse: n.collapse, Priority: strconv.Itoa(n.priority),
		Expires: expiry(n.expires), Silent: n.kind == "background", Payload: n.payload}
	switch alert := n.aps.Alert.(type) {
	case string:
		p.Body = alert
	case map[string]any:
		p.Title, _ = alert["title"].(string)
		p.Body, _ = alert["body"].(string)
	}
	if sound, ok := n.aps.Sound.(string); ok {
		p.Sound = sound
	}
	return p
}
