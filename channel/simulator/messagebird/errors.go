package messagebird

import (
	"net/http"
	"strconv"

	"heliograph/channel/simulator"
)

// refusal is an error answer of the played API.
type refusal struct {
	status     int
	code       int
	words      string
	parameter  string // "": null
	retryAfter int
}

func (e *refusal) write(w http.ResponseWriter) {
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	type one struct {
		Code        int     `json:"code"`
		Description string  `json:"description"`
		Parameter   *string `json:"parameter"`
	}
	out := one{Code: e.code, Description: e.words}
	if e.parameter != "" {
		out.Parameter = &e.parameter
	}
	simulator.WriteJSON(w, e.status, map[string][]one{"errors": {out}})
}

func missing(parameter string) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, code: 9, words: parameter + " is required", parameter: parameter}
}

func invalid(parameter, words string) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, code: 10, words: parameter + " " + words, parameter: parameter}
}

func badRequest(words string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: 21, words: "Bad request (" + words + ")"}
}

func notFound(what string) *refusal {
	return &refusal{status: http.StatusNotFound, code: 20, words: what + " not found"}
}

func notAllowed() *refusal {
	return &refusal{status: http.StatusUnauthorized, code: 2,
		words: "Request not allowed (incorrect access_key)", parameter: "access_key"}
}

// byCode is the error that a rule or a recipient asks for.
func byCode(code int) *refusal {
	switch code {
	case 2:
		return notAllowed()
	case 9:
		return &refusal{status: http.StatusUnprocessableEntity, code: 9,
			words: "no (correct) recipients found", parameter: "recipients"}
	case 20:
		return notFound("message")
	case 21:
		return badRequest("as asked")
	case 25:
		return &refusal{status: http.StatusPaymentRequired, code: 25, words: "Not enough balance"}
	case 98:
		return &refusal{status: http.StatusNotFound, code: 98, words: "API not found"}
	case 99:
		return &refusal{status: http.StatusInternalServerError, code: 99, words: "Internal error"}
	}
	return &refusal{status: http.StatusUnprocessableEntity, code: code, words: "recipients is invalid", parameter: "recipients"}
}

// The codes of failures that the provider gives no number of its own here.
const (
	codeOptedOut = 103
	codeNoReport = 1001
	codeCapacity = 1002
	codeBalance  = 1003
)

// reason is what a status report says of a failure; code is "" where the
// provider tells none.
func reason(status string, step int) (words, code string) {
	switch step {
	case 1, 2, 3, 5:
		return "unknown subscriber", strconv.Itoa(step)
	case 6, 27, 31:
		return "unavailable subscriber", strconv.Itoa(step)
	case 13:
		return "carrier rejected", strconv.Itoa(step)
	case codeOptedOut:
		return "opted out", "103"
	case codeNoReport:
		return "DLR not received", ""
	case codeCapacity:
		return "capacity limit reached", ""
	case codeBalance:
		return "insufficient balance", ""
	case 0:
		return "successfully " + status, ""
	}
	if status == "expired" {
		return "expired", strconv.Itoa(step)
	}
	return "received network error", strconv.Itoa(step)
}
