package messagebird

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// problem is one entry of MessageBird's list of errors.
type problem struct {
	Code        int    `json:"code"`
	Description string `json:"description"`
	Parameter   string `json:"parameter"`
}

// refused classifies an answer that is not a success. A 5xx tells nothing,
// whatever its body says. A number that may send SMS need not be one for MMS, so
// that a picture it may not send stops no other message.
func (s *sender) refused(reply channel.Reply, picture bool) channel.Result {
	r := channel.Classify(reply, s.deps.Clock())
	var doc struct {
		Errors []problem `json:"errors"`
	}
	if json.Unmarshal(reply.Body, &doc) != nil || len(doc.Errors) == 0 {
		if reply.Status == http.StatusPaymentRequired {
			r.Class, r.Reason, r.Message = channel.ClassPause, heliograph.ReasonUnauthorized, noBalance
		}
		return r
	}
	p := doc.Errors[0]
	if reply.Status >= 400 && reply.Status < 500 && reply.Status != http.StatusTooManyRequests && reply.Status != http.StatusRequestTimeout {
		for _, each := range doc.Errors {
			if v, known := verdict(each); known {
				if picture && strings.EqualFold(each.Parameter, "originator") {
					v = channel.Final(heliograph.ReasonUnsupportedMessage, "")
				}
				v.HTTPStatus, v.After = r.HTTPStatus, r.After
				r, p = v, each
				break
			}
		}
	}
	if p.Description != "" {
		r.Message = s.safe(p.Description)
	}
	if r.Reason == heliograph.ReasonUnsupportedMessage {
		r.Message = "the originator may not send MMS (" + r.Message + "): set imagesAsLinks"
	}
	r.ProviderCode = strconv.Itoa(p.Code)
	return r
}

const noBalance = "the balance of the MessageBird account is used up"

// verdict is what the codes of a refused request mean to us.
func verdict(p problem) (channel.Result, bool) {
	switch p.Code {
	case 2:
		return pause(heliograph.ReasonUnauthorized, "MessageBird refuses the access key"), true
	case 25:
		return pause(heliograph.ReasonUnauthorized, noBalance), true
	case 98:
		return pause(heliograph.ReasonBadRequest, "MessageBird's API is not at this URL"), true
	case optedOutCode:
		return optedOut(), true
	case 9, 10, 21:
		switch strings.ToLower(p.Parameter) {
		case "originator":
			return pause(heliograph.ReasonUnauthorized, "MessageBird does not let this account send from its originator"), true
		case "recipient", "recipients":
			return channel.Final(heliograph.ReasonNotFound, "MessageBird does not take the number"), true
		}
	}
	return channel.Result{}, false
}

// optedOutCode is what MessageBird says of people who sent it STOP.
const optedOutCode = 103

// failure is the result of a message that MessageBird took and that then failed.
// What it says in words comes first: the numbers are those of networks, and not
// all of them mean the same everywhere.
func failure(code int, reason string) channel.Result {
	r, known := byReason(reason)
	if code == optedOutCode {
		r = optedOut()
	} else if !known {
		r = byNetworkCode(code)
	}
	switch {
	case code != 0:
		r.ProviderCode = strconv.Itoa(code)
	case reason != "":
		r.ProviderCode = reason
	}
	return r
}

func byReason(reason string) (channel.Result, bool) {
	switch reason {
	case "opted out":
		return optedOut(), true
	case "unknown subscriber", "incorrect number", "invalid recipient":
		return invalidNumber(), true
	case "unavailable subscriber":
		return channel.Final(heliograph.ReasonUnreachable, "the handset could not be reached for now"), true
	case "expired":
		return channel.Final(heliograph.ReasonExpired, "it expired before a network took it"), true
	case "carrier rejected":
		return channel.Final(heliograph.ReasonBlocked, "the carrier refuses the message"), true
	case "received network error":
		return channel.Final(heliograph.ReasonUncategorized, "the network failed"), true
	case "insufficient balance":
		return pause(heliograph.ReasonUnauthorized, noBalance), true
	case "capacity limit reached":
		return channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests, Message: "the sender's capacity is used up"}, true
	}
	return channel.Result{}, false
}

// byNetworkCode reads the numbers that networks give errors (3GPP TS 29.002).
func byNetworkCode(code int) channel.Result {
	switch code {
	case 1, 2, 3, 5, 9, 10, 11: // unknown or illegal subscriber, no SMS service
		return invalidNumber()
	case 6, 27, 31, 32, 33: // absent, busy, full
		return channel.Final(heliograph.ReasonUnreachable, "the handset could not be reached for now")
	case 12, 13: // barred
		return channel.Final(heliograph.ReasonBlocked, "the network bars messages to this number")
	}
	return channel.Final(heliograph.ReasonUncategorized, "the message failed at MessageBird or a carrier")
}

func pause(reason, text string) channel.Result {
	return channel.Result{Class: channel.ClassPause, Reason: reason, Message: text}
}

func optedOut() channel.Result {
	r := channel.Final(heliograph.ReasonOptedOut, "the recipient has opted out with MessageBird")
	r.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
	return r
}

// invalidNumber marks the number: no later SMS will reach it either.
func invalidNumber() channel.Result {
	r := channel.Final(heliograph.ReasonNotFound, "the number does not exist or cannot get SMS")
	r.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce}
	return r
}
