package fcm

import (
	"net/http"
	"slices"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// refusal is an error answer of the played API.
type refusal struct {
	status  int
	state   string // in Google's words
	message string
	code    string // of the FcmError detail; "": there is none
	field   string // of the BadRequest detail; "": there is none
}

func (e *refusal) write(w http.ResponseWriter) {
	details := []any{}
	if e.code != "" {
		details = append(details, map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": e.code})
	}
	if e.field != "" {
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.BadRequest",
			"fieldViolations": []map[string]string{{"field": e.field, "description": e.message}}})
	}
	body := map[string]any{"code": e.status, "message": e.message, "status": e.state}
	if len(details) > 0 {
		body["details"] = details
	}
	simulator.WriteJSON(w, e.status, map[string]any{"error": body})
}

func unauthenticated() *refusal {
	return &refusal{status: http.StatusUnauthorized, state: "UNAUTHENTICATED",
		message: "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential."}
}

func badField(field, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, state: "INVALID_ARGUMENT", message: message, field: field}
}

// byCode is the refusal of an FcmError code.
func byCode(code string) *refusal {
	e := &refusal{code: code}
	switch code {
	case "UNREGISTERED":
		e.status, e.state, e.message = http.StatusNotFound, "NOT_FOUND", "Requested entity was not found."
	case "SENDER_ID_MISMATCH":
		e.status, e.state, e.message = http.StatusForbidden, "PERMISSION_DENIED", "SenderId mismatch"
	case "QUOTA_EXCEEDED":
		e.status, e.state, e.message = http.StatusTooManyRequests, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Send requests'."
	case "UNAVAILABLE":
		e.status, e.state, e.message = http.StatusServiceUnavailable, "UNAVAILABLE", "The service is currently unavailable."
	case "INTERNAL":
		e.status, e.state, e.message = http.StatusInternalServerError, "INTERNAL", "Internal error encountered."
	case "THIRD_PARTY_AUTH_ERROR":
		e.status, e.state, e.message = http.StatusUnauthorized, "UNAUTHENTICATED", "Auth error from APNS or Web Push Service"
	case "UNAUTHENTICATED":
		return unauthenticated()
	default:
		e.status, e.state, e.message = http.StatusBadRequest, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"
	}
	return e
}

func refusals() []devices.Refusal {
	return []devices.Refusal{
		{Suffix: "0010", Word: "UNREGISTERED", Does: "refused, 404 UNREGISTERED"},
		{Suffix: "0011", Word: "INVALID_ARGUMENT", Does: "refused, 400 INVALID_ARGUMENT of the token"},
		{Suffix: "0012", Word: "SENDER_ID_MISMATCH", Does: "refused, 403 SENDER_ID_MISMATCH"},
		{Suffix: "0013", Word: "THIRD_PARTY_AUTH_ERROR", Does: "refused, 401 THIRD_PARTY_AUTH_ERROR"},
		{Suffix: "0014", Word: "UNAUTHENTICATED", Does: "refused, 401: the access token is not good"},
		{Suffix: "0017", Word: "UNAUTHENTICATED", Does: "401 once, then works", Turns: 1},
	}
}

// aboutToken is what rules are about that strike the token endpoint.
const aboutToken = "token"

// Actions are what rules can do with this provider.
func Actions() []simulator.Action {
	return slices.Concat(devices.Actions(refusals()), []simulator.Action{
		{Name: "token-refused", About: aboutToken, Does: "the token endpoint answers 400 invalid_grant",
			Effect: simulator.Outcome{Answer: simulator.AnswerError}},
		{Name: "token-503", About: aboutToken, Does: "the token endpoint answers 503",
			Effect: simulator.Outcome{Answer: simulator.AnswerBusy}},
	})
}
