package twilio

import (
	"net/http"
	"strconv"
	"time"

	"heliograph"
	"heliograph/channel"
)

// refused classifies an answer that is not a success. A 5xx tells nothing,
// whatever its body says; below that Twilio's own code tells most.
func (s *sender) refused(reply channel.Reply, a answer) channel.Result {
	r := channel.Classify(reply, s.deps.Clock())
	if reply.Status >= 400 && reply.Status < 500 && reply.Status != http.StatusTooManyRequests && reply.Status != http.StatusRequestTimeout {
		if v, known := s.verdict(a.code); known {
			after := r.After
			r = v
			r.HTTPStatus, r.After = reply.Status, max(after, v.After)
		}
	}
	if a.message != "" {
		r.Message = s.safe(a.message)
	}
	if a.code != 0 {
		r.ProviderCode = strconv.Itoa(a.code)
	}
	return r
}

// failure is the result of a message that Twilio took and that then failed with
// code (0: it did not say).
func (s *sender) failure(code int) channel.Result {
	r, known := s.verdict(code)
	if !known {
		r = channel.Final(heliograph.ReasonUncategorized, "the message failed at Twilio or a carrier")
	}
	if code != 0 {
		r.ProviderCode = strconv.Itoa(code)
	}
	return r
}

// verdict is what each of Twilio's codes means to us, wherever it comes up: in
// the answer to a send or in a status callback.
func (s *sender) verdict(code int) (channel.Result, bool) {
	switch code {
	case 20429:
		return retry("Twilio asks us to slow down"), true
	case 21611, 30001:
		return retry("the sender's queue is full"), true
	case 30017:
		return retry("the carrier is congested"), true
	case 30022, 63017, 63018:
		return retry("the sender's rate is exceeded"), true

	case 30023, 30027:
		r := pause(heliograph.ReasonTooManyRequests, "the daily cap of the sender is used up")
		r.After = untilCapsReset(s.deps.Clock())
		return r, true
	case 20003, 20005, 30002:
		return pause(heliograph.ReasonUnauthorized, "Twilio refuses the account or its credentials"), true
	case 20404:
		return pause(heliograph.ReasonUnauthorized, "Twilio does not know the account"), true
	case 21212, 21603, 21606, 21703, 21704, 21705:
		return pause(heliograph.ReasonUnauthorized, "the sender or its messaging service is not set up to send"), true
	case 21408:
		return pause(heliograph.ReasonUnauthorized, "the account may not send to this country"), true
	case 30032:
		return pause(heliograph.ReasonUnauthorized, "the toll-free number is not verified"), true
	case 21609: // our own public URL is wrong, so every message would fail alike
		return pause(heliograph.ReasonBadRequest, "Twilio cannot call our public URL"), true

	case 21211, 21217, 21614, 30005, 30006:
		return invalidNumber(code), true
	case 21610:
		r := channel.Final(heliograph.ReasonOptedOut, "the recipient has opted out with Twilio")
		r.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
		return r, true
	case 30003:
		return channel.Final(heliograph.ReasonUnreachable, "the handset cannot be reached for now"), true
	case 30004, 30007:
		return channel.Final(heliograph.ReasonBlocked, "the carrier or the recipient blocks the message"), true
	case 63016:
		return channel.Final(heliograph.ReasonOutsideWindow, "the window for free-form messages is closed"), true
	case 30008, 30009, 30010:
		r := channel.Final(heliograph.ReasonUncategorized, "the carrier lost the message")
		r.OneMoreTry = s.settings.RetryUndelivered
		return r, true
	}
	return contentVerdict(code)
}

// contentVerdict is about messages that Twilio will not take as they are.
func contentVerdict(code int) (channel.Result, bool) {
	switch code {
	case 21602:
		return channel.Final(heliograph.ReasonBadRequest, "the message is empty"), true
	case 21617:
		return channel.Final(heliograph.ReasonContentTooLong, "the message is too long"), true
	case 21618:
		return channel.Final(heliograph.ReasonUnsupportedMessage, "the message cannot be sent as it is"), true
	case 30019:
		return channel.Final(heliograph.ReasonContentTooLong, "the content is larger than the carrier takes"), true
	case 21620, 21623:
		return channel.Final(heliograph.ReasonUnsupportedMessage, "the media cannot be sent"), true
	}
	return channel.Result{}, false
}

func retry(message string) channel.Result {
	return channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests, Message: message}
}

func pause(reason, message string) channel.Result {
	return channel.Result{Class: channel.ClassPause, Reason: reason, Message: message}
}

// invalidNumber marks the number: no later SMS will reach it either.
func invalidNumber(code int) channel.Result {
	message := "the number does not exist or cannot get SMS"
	if code == 30006 {
		message = "the number is a landline or its carrier cannot be reached"
	}
	r := channel.Final(heliograph.ReasonNotFound, message)
	r.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce}
	return r
}

// untilCapsReset is how long until the carriers' next day begins. They count in
// US Pacific time; 08:00 UTC is at or just after its midnight all year round.
func untilCapsReset(now time.Time) time.Duration {
	now = now.UTC()
	next := time.Date(now.Year(), now.Month(), now.Day(), 8, 0, 0, 0, time.UTC)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	return next.Sub(now)
}
