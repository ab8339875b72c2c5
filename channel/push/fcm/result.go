package fcm

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// thirdPartyAuth says that the project has no good key for Apple or the web.
const thirdPartyAuth = "THIRD_PARTY_AUTH_ERROR"

// problem is what Google says of a refusal.
type problem struct {
	Code    string // of FCM itself; "" when it is not FCM that refuses
	Status  string // Google's own word for the HTTP status
	Message string
}

func problemOf(reply channel.Reply) problem {
	var doc struct {
		Error struct {
			Status  string `json:"status"`
			Message string `json:"message"`
			Details []struct {
				Type string `json:"@type"`
				Code string `json:"errorCode"`
			} `json:"details"`
		} `json:"error"`
	}
	_ = json.Unmarshal(reply.Body, &doc)
	p := problem{Status: word(doc.Error.Status), Message: doc.Error.Message}
	for _, d := range doc.Error.Details {
		if strings.HasSuffix(d.Type, "google.firebase.fcm.v1.FcmError") {
			p.Code = word(d.Code)
		}
	}
	return p
}

// stale reports whether it is the access token that is refused.
func (p problem) stale() bool { return p.Status == "UNAUTHENTICATED" && p.Code != thirdPartyAuth }

// word returns s when it is one of Google's words, else "".
func word(s string) string {
	if len(s) > 64 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return ""
	}
	return s
}

// Waits when Google names none.
const (
	quotaWait = time.Minute
	busyWait  = 10 * time.Second // twice that after the second attempt, and so on
)

func (s *Service) result(reply channel.Reply, attempt int) channel.Result {
	if reply.Status == http.StatusOK {
		return accepted(reply)
	}
	p := problemOf(reply)
	r := s.verdict(reply, p, busyWait<<min(max(attempt-1, 0), 6))
	r.HTTPStatus = reply.Status
	if r.ProviderCode = p.Code; p.Code == "" {
		r.ProviderCode = p.Status
	}
	return r
}

func accepted(reply channel.Reply) channel.Result {
	var doc struct {
		Name string `json:"name"`
	}
	if _ = json.Unmarshal(reply.Body, &doc); doc.Name == "" || len(doc.Name) > 512 || !printable(doc.Name) {
		return channel.Result{
			Class: channel.ClassUnknown, HTTPStatus: reply.Status, Reason: heliograph.ReasonUnknownOutcome,
			Message: "Google's answer to the push cannot be read; it may have been sent",
		}
	}
	return channel.Accepted(reply.Status, doc.Name)
}

// verdict says what a refusal means. busy is how long to wait for a busy server.
func (s *Service) verdict(reply channel.Reply, p problem, busy time.Duration) channel.Result {
	asked := channel.RetryAfter(reply.Header, s.Clock())
	switch p.Code {
	case "UNREGISTERED":
		return push.Dead(reply, p.Code, "the app was removed from the device, or its pushes were switched off")
	case "SENDER_ID_MISMATCH":
		return push.Dead(reply, p.Code, "the device registered with another project of Firebase's")
	case "INVALID_ARGUMENT":
		// What is wrong with a message is said in the same words.
		if strings.Contains(strings.ToLower(p.Message), "token") {
			return push.Dead(reply, p.Code, "what the device registered is not a token of Firebase's")
		}
		return channel.Final(heliograph.ReasonBadRequest, "Firebase refuses the push")
	case "QUOTA_EXCEEDED":
		return later(asked, quotaWait, heliograph.ReasonTooManyRequests, "the project's quota is used up for now")
	case "UNAVAILABLE", "INTERNAL":
		return later(asked, busy, heliograph.ReasonTimeout, "Firebase is busy")
	case thirdPartyAuth:
		return channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "Firebase has no good key for Apple's push service: add one in the project's settings"}
	}
	switch {
	case reply.Status == http.StatusTooManyRequests:
		return later(asked, quotaWait, heliograph.ReasonTooManyRequests, "the project's quota is used up for now")
	case reply.Status == http.StatusServiceUnavailable || reply.Status == http.StatusInternalServerError && p.Status == "INTERNAL":
		return later(asked, busy, heliograph.ReasonTimeout, "Firebase is busy")
	}
	r := channel.Classify(reply, s.Clock())
	if r.Class == channel.ClassPause {
		r.Message = "Google does not let the service account send for the project: check projectId and its roles"
	}
	return r
}

// later is the result of a push that was surely not taken.
func later(asked, least time.Duration, reason, message string) channel.Result {
	if asked == 0 {
		asked = least
	}
	return channel.Result{Class: channel.ClassRetry, After: asked, Reason: reason, Message: message}
}
