package apns

import (
	"encoding/json"
	"net/http"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// Reasons that more than one place looks for.
const (
	badToken             = "BadDeviceToken"
	expiredProviderToken = "ExpiredProviderToken"
)

// result reads Apple's answer, and returns the reason that it gives.
func (s *Service) result(reply channel.Reply, n *notice) (channel.Result, string) {
	if reply.Status == http.StatusOK {
		id := reply.Header.Get("Apns-Id")
		if id == "" || len(id) > 64 {
			id = n.header.Get("Apns-Id")
		}
		return channel.Accepted(reply.Status, id), ""
	}
	var doc struct {
		Reason string  `json:"reason"`
		Died   float64 `json:"timestamp"` // with 410: milliseconds
	}
	_ = json.Unmarshal(reply.Body, &doc)
	r := s.verdict(reply, doc.Reason)
	r.HTTPStatus = reply.Status
	if known(doc.Reason) {
		r.ProviderCode = doc.Reason
	}
	// A token that was registered again since is another one.
	if r.Gone && reply.Status == http.StatusGone && doc.Died > 0 && doc.Died < float64(n.at) {
		r.Gone = false
	}
	return r, doc.Reason
}

// known reports whether a reason is a word, and not whatever somebody in between
// says.
func known(reason string) bool {
	if reason == "" || len(reason) > 64 {
		return false
	}
	for _, c := range reason {
		if (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (s *Service) verdict(reply channel.Reply, reason string) channel.Result {
	asked := channel.RetryAfter(reply.Header, s.Clock())
	switch reason {
	case "Unregistered", "ExpiredToken":
		return push.Dead(reply, reason, "the app was removed from the device, or its pushes were switched off")
	case badToken, "DeviceTokenNotForTopic":
		return push.Dead(reply, reason, "Apple does not know the device's token for this app")
	case "BadTopic", "TopicDisallowed", "MissingTopic":
		return channel.Final(heliograph.ReasonBadRequest, "Apple does not let this key send to the app (bundle id) that the device names")
	case "PayloadTooLarge":
		return push.TooLong()
	case expiredProviderToken:
		return pause("Apple takes our token for too old: is the clock right?")
	case "InvalidProviderToken", "MissingProviderToken", "BadCertificate", "BadCertificateEnvironment", "Forbidden":
		return pause("Apple refuses the key: check keyId, teamId and privateKey")
	case "TooManyRequests":
		return later(asked, time.Minute, true, heliograph.ReasonTooManyRequests, "Apple takes no more pushes to this device for now")
	case "TooManyProviderTokenUpdates":
		return later(asked, time.Minute, false, heliograph.ReasonTooManyRequests, "Apple takes no new token for now")
	case "InternalServerError", "ServiceUnavailable", "Shutdown", "IdleTimeout":
		return later(asked, 0, false, heliograph.ReasonTimeout, "Apple's servers are busy")
	}
	switch {
	case reply.Status == http.StatusGone:
		return push.Dead(reply, reason, "the app was removed from the device, or its pushes were switched off")
	case reply.Status == http.StatusInternalServerError || reply.Status == http.StatusServiceUnavailable:
		return later(asked, 0, false, heliograph.ReasonTimeout, "Apple's servers are busy")
	case reply.Status == http.StatusRequestEntityTooLarge:
		return push.TooLong()
	}
	return channel.Classify(reply, s.Clock())
}

func pause(message string) channel.Result {
	return channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: message}
}

// later is the result of a push that was surely not taken; asked is how long the
// service wants to be left alone, or else least.
func later(asked, least time.Duration, onlyThis bool, reason, message string) channel.Result {
	if asked == 0 {
		asked = least
	}
	return channel.Result{Class: channel.ClassRetry, After: asked, OnlyThis: onlyThis, Reason: reason, Message: message}
}
