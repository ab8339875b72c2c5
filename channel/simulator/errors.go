package simulator

import (
	"net/http"
	"strconv"
)

// refusal is an error answer of the played API.
type refusal struct {
	status     int
	code       int
	message    string
	retryAfter int // seconds; 0: not told
}

func refuse(code int, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: code, message: message}
}

func notFound(path string) *refusal {
	return &refusal{status: http.StatusNotFound, code: 20404,
		message: "The requested resource " + path + " was not found"}
}

func tooMany(after int) *refusal {
	return &refusal{status: http.StatusTooManyRequests, code: 20429, message: "Too Many Requests", retryAfter: after}
}

func (e *refusal) write(w http.ResponseWriter) {
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
	}
	WriteJSON(w, e.status, struct {
		Code     int    `json:"code"`
		Message  string `json:"message"`
		MoreInfo string `json:"more_info"`
		Status   int    `json:"status"`
	}{e.code, e.message, "https://www.twilio.com/docs/errors/" + strconv.Itoa(e.code), e.status})
}

// codeText is what the provider says of a code that a rule or a recipient asks for.
func codeText(code int, to string) string {
	switch code {
	case 20003:
		return "Authenticate"
	case 21211:
		return "Invalid 'To' Phone Number: " + masked(to)
	case 21408:
		return "Permission to send an SMS has not been enabled for the region indicated by the 'To' number: " + masked(to)
	case 21606:
		return "The 'From' phone number provided is not a valid message-capable Twilio phone number for this destination"
	case 21610:
		return "Attempt to send to unsubscribed recipient"
	case 21611:
		return "This 'From' number has exceeded the maximum number of queued messages"
	case 21614:
		return "'To' number is not a valid mobile number: " + masked(to)
	case 21617:
		return "The concatenated message body exceeds the 1600 character limit"
	}
	return "Error " + strconv.Itoa(code)
}

// masked hides the end of a number, as the provider does in its errors.
func masked(number string) string {
	if len(number) <= 4 {
		return number
	}
	return number[:len(number)-4] + "XXXX"
}
