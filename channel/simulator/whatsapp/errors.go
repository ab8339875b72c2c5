package whatsapp

import (
	"net/http"
	"strconv"

	"heliograph/channel/simulator"
)

// graphError is an error answer of the Graph API.
type graphError struct {
	status     int
	code       int
	subcode    int
	title      string
	details    string
	retryAfter int
}

// words are the title of a code and the HTTP status that it comes with.
type words struct {
	status int
	title  string
}

// codes are the errors of the Cloud API.
func codes(code int) words {
	switch code {
	case 0:
		return words{401, "AuthException"}
	case 1:
		return words{400, "API Unknown"}
	case 2:
		return words{503, "API Service"}
	case 3:
		return words{500, "API Method"}
	case 4:
		return words{400, "API Too Many Calls"}
	case 10:
		return words{403, "Permission Denied"}
	case 33, 100:
		return words{400, "Invalid parameter"}
	case 190:
		return words{401, "Error validating access token: Session has expired"}
	case 368:
		return words{403, "Temporarily blocked for policies violations"}
	case 80007:
		return words{400, "Rate limit issues"}
	case 130429:
		return words{400, "Rate limit hit"}
	case 130472:
		return words{400, "User's number is part of an experiment"}
	case 130497:
		return words{403, "Business account is restricted from messaging users in this country"}
	}
	return sendCodes(code)
}

func sendCodes(code int) words {
	switch code {
	case 131000:
		return words{500, "Something went wrong"}
	case 131005:
		return words{403, "Access denied"}
	case 131008:
		return words{400, "Required parameter is missing"}
	case 131009:
		return words{400, "Parameter value is not valid"}
	case 131016:
		return words{500, "Service unavailable"}
	case 131021:
		return words{400, "Recipient cannot be sender"}
	case 131026:
		return words{400, "Message undeliverable"}
	case 131031:
		return words{403, "Account has been locked"}
	case 131037:
		return words{400, "Display name approval needed"}
	case 131042:
		return words{400, "Business eligibility payment issue"}
	case 131045:
		return words{500, "Incorrect certificate"}
	case 131047:
		return words{400, "Re-engagement message"}
	case 131048:
		return words{400, "Spam rate limit hit"}
	case 131049:
		return words{400, "This message was not delivered to maintain healthy ecosystem engagement"}
	case 131050:
		return words{400, "User has stopped marketing messages from this business"}
	case 131051:
		return words{400, "Unsupported message type"}
	case 131052:
		return words{400, "Media download error"}
	case 131053:
		return words{400, "Media upload error"}
	case 131056:
		return words{400, "(Business Account, Consumer Account) pair rate limit hit"}
	case 131057:
		return words{500, "Account in maintenance mode"}
	}
	return templateCodes(code)
}

func templateCodes(code int) words {
	switch code {
	case 132000:
		return words{400, "Number of parameters does not match the expected number of params"}
	case 132001:
		return words{404, "Template name does not exist in the translation"}
	case 132005:
		return words{400, "Translated text too long"}
	case 132007:
		return words{400, "Template format character policy violated"}
	case 132012:
		return words{400, "Parameter format does not match format in the created template"}
	case 132015:
		return words{400, "Template is paused"}
	case 132016:
		return words{400, "Template is disabled"}
	case 132018:
		return words{400, "Template parameters are not valid"}
	case 132068:
		return words{400, "Flow is in blocked state"}
	case 132069:
		return words{400, "Flow is in throttled state"}
	case 133004:
		return words{503, "Server temporarily unavailable"}
	case 133010:
		return words{400, "Phone number not registered"}
	case 133016:
		return words{400, "Account registration rate limit exceeded"}
	case 135000:
		return words{400, "Generic user error"}
	}
	return words{400, "Error " + strconv.Itoa(code)}
}

func refuse(code int, details string) *graphError {
	w := codes(code)
	return &graphError{status: w.status, code: code, title: w.title, details: details}
}

// noObject is what the Graph API says of an id that it does not know.
func noObject(method, id string) *graphError {
	verb := map[string]string{http.MethodGet: "get", http.MethodPost: "post", http.MethodDelete: "delete"}[method]
	return &graphError{status: 400, code: 100, subcode: 33, title: "Unsupported " + verb + " request. Object with ID '" + id +
		"' does not exist, cannot be loaded due to missing permissions, or does not support this operation."}
}

func (e *graphError) write(w http.ResponseWriter, trace string) {
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `OAuth "Facebook Platform" "invalid_token" "`+e.title+`"`)
	}
	body := map[string]any{
		"message": "(#" + strconv.Itoa(e.code) + ") " + e.title, "type": "OAuthException", "code": e.code, "fbtrace_id": trace,
	}
	if e.subcode != 0 {
		body["error_subcode"] = e.subcode
	}
	if e.details != "" {
		body["error_data"] = map[string]string{"messaging_product": name, "details": e.details}
	}
	simulator.WriteJSON(w, e.status, map[string]any{"error": body})
}

// statusError is an error as webhooks tell it.
func statusError(code int, details string) map[string]any {
	title := codes(code).title
	if details == "" {
		details = title
	}
	return map[string]any{
		"code": code, "title": title, "message": title, "error_data": map[string]string{"details": details},
		"href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
	}
}
