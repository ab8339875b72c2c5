package whatsapp

import (
	"net/http"
	"strconv"
	"time"

	"heliograph"
	"heliograph/channel"
)

// problem is what the Graph API says went wrong.
type problem struct {
	known   bool // there is a code; 0 is one
	code    int
	subcode int
	said    string // for a person
}

func parseProblem(body []byte) problem {
	return problemOf(object(body).object("error"))
}

// problemOf reads an error of an answer or of a status. Titles are to disappear,
// so that the code alone decides.
func problemOf(f fields) (p problem) {
	code, err := strconv.Atoi(f.text("code"))
	p.known, p.code = err == nil, code
	p.subcode, _ = strconv.Atoi(f.text("error_subcode"))
	for _, said := range []string{
		f.object("error_data").text("details"), f.text("error_user_msg"), f.text("message"), f.text("title"),
	} {
		if said != "" {
			p.said = said
			break
		}
	}
	return p
}

// cloudCode is the Cloud API's number for one of the retired API's.
func cloudCode(code int) int {
	switch code {
	case 470:
		return 131047
	case 471:
		return 131048
	case 1013, 1026:
		return 131026
	case 429:
		return 130429
	case 2000:
		return 132000
	case 2001:
		return 132001
	}
	return code
}

// refused classifies an answer that is not a success: by Meta's own code where
// we know it, else by the HTTP status.
func (s *sender) refused(reply channel.Reply, attempt int) channel.Result {
	r := channel.Classify(reply, s.deps.Clock())
	p := parseProblem(reply.Body)
	v, known := verdict(p, attempt)
	switch {
	case !known || r.Class == channel.ClassRetry && v.Class == channel.ClassUnknown:
	case r.Class == channel.ClassRetry && v.Class != channel.ClassRetry && reply.Status == http.StatusTooManyRequests:
	default:
		v.HTTPStatus, v.After = reply.Status, max(r.After, v.After)
		r = v
	}
	return s.told(r, p)
}

// told adds Meta's own words to a result.
func (s *sender) told(r channel.Result, p problem) channel.Result {
	if p.said != "" {
		r.Message = s.safe(p.said)
	}
	if p.known {
		r.ProviderCode = strconv.Itoa(p.code)
	}
	return r
}

// failure is the result of a message that Meta took and that then failed. That
// it failed is certain then, whatever the code says of the answer to a call.
func (s *sender) failure(p problem, attempt int) channel.Result {
	r, known := verdict(p, attempt)
	if !known || r.Class == channel.ClassUnknown {
		r = channel.Final(heliograph.ReasonUncategorized, "the message failed at WhatsApp")
	}
	return s.told(r, p)
}

// verdict is what each of Meta's codes means to us, wherever it comes up: in the
// answer to a call or in a status.
func verdict(p problem, attempt int) (channel.Result, bool) {
	if !p.known {
		return channel.Result{}, false
	}
	code := cloudCode(p.code)
	for _, of := range []func(int) (channel.Result, bool){paused, personal, ofTemplates, ofContent} {
		if r, known := of(code); known {
			return r, true
		}
	}
	switch code {
	case 4, 80007, 130429, 133016, 132069:
		return retry(heliograph.ReasonTooManyRequests, "WhatsApp asks us to slow down", 0), true
	case 131056:
		r := retry(heliograph.ReasonTooManyRequests, "too many messages to this person at once", pairDelay(attempt))
		r.OnlyThis = true
		return r, true
	case 131057:
		return retry(heliograph.ReasonTimeout, "the account is in maintenance", 5*time.Minute), true
	case 1, 2, 131000, 131016, 133004:
		return channel.Result{Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome, Message: "WhatsApp is in trouble; the message may have been sent"}, true
	}
	return channel.Result{}, false
}

// spamPause is how long a sender rests that people reported too often.
const spamPause = 6 * time.Hour

// paused is about what stops every message of the sender.
func paused(code int) (channel.Result, bool) {
	switch {
	case code == 0 || code == 190:
		return pause("WhatsApp refuses the access token"), true
	case code == 3 || code == 10 || code >= 200 && code <= 299:
		return pause("the access token may not do this"), true
	case code == 131048:
		r := pause("WhatsApp holds the number back: people blocked it or reported it as spam")
		r.Reason, r.After = heliograph.ReasonTooManyRequests, spamPause
		return r, true
	}
	switch code {
	case 368, 130497, 131031:
		return pause("the account is locked or restricted"), true
	case 131042:
		return pause("the account has no valid means of payment"), true
	case 131037, 131045, 133010:
		return pause("the number is not registered, or its display name is not approved"), true
	}
	return channel.Result{}, false
}

// personal is about this recipient.
func personal(code int) (channel.Result, bool) {
	switch code {
	case 131026:
		return channel.Final(heliograph.ReasonUnreachable, "the person is not on WhatsApp, or cannot get this message"), true
	case 131047:
		return channel.Final(heliograph.ReasonOutsideWindow, "the person has not written for 24 hours, so that only a template may be sent"), true
	case 131049:
		r := channel.Final(heliograph.ReasonWithheld, "WhatsApp holds marketing to this person back for now")
		r.Suppress = &channel.Suppress{Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider, For: 24 * time.Hour}
		return r, true
	case 131050:
		r := channel.Final(heliograph.ReasonOptedOut, "the person has stopped marketing from this business")
		r.Suppress = &channel.Suppress{Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider}
		return r, true
	case 130472:
		return channel.Final(heliograph.ReasonWithheld, "the person is in an experiment of Meta's and gets no such message"), true
	}
	return channel.Result{}, false
}

// ofTemplates is about templates and what was put into them.
func ofTemplates(code int) (channel.Result, bool) {
	switch code {
	case 132001:
		return channel.Final(heliograph.ReasonTemplate, "there is no such template in this language"), true
	case 132015, 132016:
		return channel.Final(heliograph.ReasonTemplate, "the template is paused or switched off"), true
	case 132068:
		return channel.Final(heliograph.ReasonTemplate, "the template's flow is blocked"), true
	case 132005:
		return channel.Final(heliograph.ReasonContentTooLong, "the template is too long with its parameters"), true
	case 132000, 132007, 132012, 132018:
		return channel.Final(heliograph.ReasonBadRequest, "the parameters do not fit the template"), true
	}
	return channel.Result{}, false
}

// ofContent is about messages that Meta will not take as they are.
func ofContent(code int) (channel.Result, bool) {
	switch code {
	case 131051:
		return channel.Final(heliograph.ReasonUnsupportedMessage, "WhatsApp does not take messages of this type"), true
	case 131052:
		return channel.Final(heliograph.ReasonUnsupportedMessage, "the media cannot be fetched"), true
	case 131053:
		r := channel.Final(heliograph.ReasonUnsupportedMessage, "WhatsApp could not take the media")
		r.OneMoreTry = true
		return r, true
	case 33, 100, 131008, 131009, 131021, 135000:
		return channel.Final(heliograph.ReasonBadRequest, "WhatsApp refuses the message"), true
	}
	return channel.Result{}, false
}

// pairDelay is how long one person must wait after so many attempts: four
// seconds, and four times as long after each.
func pairDelay(attempt int) time.Duration {
	return time.Second << (2 * min(max(attempt, 1), 6))
}

func retry(reason, message string, after time.Duration) channel.Result {
	return channel.Result{Class: channel.ClassRetry, Reason: reason, Message: message, After: after}
}

func pause(message string) channel.Result {
	return channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: message}
}
