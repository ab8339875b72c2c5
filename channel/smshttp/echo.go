package smshttp

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// reference is what {{id}} stands for.
func reference(delivery heliograph.NotificationID, attempt int) string {
	return delivery.String() + "." + strconv.Itoa(attempt)
}

// parseReference reads what a provider echoed.
func parseReference(said string) (delivery heliograph.NotificationID, attempt int) {
	id, number, _ := strings.Cut(said, ".")
	delivery, ok := heliograph.ParseNotificationID(id)
	if !ok {
		return heliograph.NotificationID{}, 0
	}
	attempt, _ = strconv.Atoi(number)
	return delivery, max(attempt, 0)
}

// purpose keeps our codes apart from those of others.
const purpose = "smshttp receipt"

// callback is what {{callback}} stands for: where receipts of one attempt go. It
// carries a code of ours, so that the reference in it is believed although a
// provider's proof, if it covers anything, covers the body.
func (s *sender) callback(delivery heliograph.NotificationID, attempt int) string {
	if s.deps.HookURL == "" || s.deps.Auth == nil {
		return ""
	}
	ref := reference(delivery, attempt)
	target := s.deps.HookURL + "/status"
	if s.settings.HookAuth == byPath {
		target += "/" + s.settings.HookSecret
	}
	target += "?r=" + ref + "&m=" + s.deps.Auth.MAC(purpose, s.integration+"/"+ref)
	if s.settings.HookAuth == byQuery {
		target += "&" + url.QueryEscape(s.settings.HookAuthName) + "=" + url.QueryEscape(s.settings.HookSecret)
	}
	return target
}

// echo reads the reference of a callback's URL; zero when it is not ours.
func (s *sender) echo(req *channel.Request) (heliograph.NotificationID, int) {
	query, _ := url.ParseQuery(req.Query)
	ref := query.Get("r")
	if ref == "" || s.deps.Auth == nil || !s.deps.Auth.VerifyMAC(purpose, s.integration+"/"+ref, query.Get("m")) {
		return heliograph.NotificationID{}, 0
	}
	return parseReference(ref)
}

// short makes an id fit where ids are kept.
func short(id string) string {
	const most = 128
	if len(id) <= most {
		return id
	}
	return digest([]byte(id))
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
