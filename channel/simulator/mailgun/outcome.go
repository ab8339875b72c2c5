package mailgun

import (
	"net/http"
	"slices"

	"heliograph/channel/simulator"
)

// The steps of a mail, as the network keeps them. A failure's code is that of
// the mail server, or Mailgun's own.
const (
	accepted      = "accepted"
	delivered     = "delivered"
	temporaryFail = "temporary_fail"
	permanentFail = "failed"
	opened        = "opened"
	clicked       = "clicked"
	unsubscribed  = "unsubscribed"
	complained    = "complained"
)

// kinds are the kinds of event that can have webhooks.
func kinds() []string {
	return []string{accepted, delivered, temporaryFail, "permanent_fail", opened, clicked, unsubscribed, complained}
}

// Mailgun's own codes of failures.
const (
	codeTooOld       = 602
	codeBounced      = 605
	codeUnsubscribed = 606
	codeComplained   = 607
	byBot            = 1 // of an opening
)

// Recipients are the magic recipients of this provider. The last four digits of
// the part before the at sign count.
func Recipients() []simulator.Recipient {
	refused := func(suffix string, code int, why string) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why, Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: code}}
	}
	fate := func(suffix, why string, steps ...simulator.Step) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why, Effect: simulator.Outcome{
			Fate: append([]simulator.Step{{Status: accepted}}, steps...)}}
	}
	fails := func(code int) simulator.Step { return simulator.Step{Status: permanentFail, Code: code} }
	later := func(code int) simulator.Step { return simulator.Step{Status: temporaryFail, Code: code} }
	step := func(status string) simulator.Step { return simulator.Step{Status: status} }
	return simulator.InOrder(simulator.CommonRecipients(), []simulator.Recipient{
		{Suffix: "0001", Outcome: "works: accepted, delivered"},
		fate("0010", "failed for good, 606 suppress-unsubscribe", fails(codeUnsubscribed)),
		refused("0011", http.StatusBadRequest, "refused, 400: not a valid address"),
		refused("0012", http.StatusNotFound, "refused, 404: no such domain"),
		refused("0013", http.StatusPaymentRequired, "refused, 402: the plan's limit is reached"),
		refused("0014", http.StatusUnauthorized, "refused, 401: Forbidden"),
		fate("0303", "greylisted, 450, then delivered", later(450), step(delivered)),
		fate("0304", "failed for now twice, 421 generic, then delivered", later(421), later(421), step(delivered)),
		fate("0305", "failed for good, 550 bounce", fails(550)),
		fate("0307", "failed for good, 554 espblock", fails(554)),
		fate("0308", "failed for good, 552 generic", fails(552)),
		fate("0309", "failed for now, then for good, 602 old", later(421), fails(codeTooOld)),
		fate("0311", "failed for good, 605 suppress-bounce", fails(codeBounced)),
		fate("0312", "failed for good, 607 suppress-complaint", fails(codeComplained)),
		fate("0600", "opened, never told as delivered", step(opened)),
		fate("0605", "delivered, opened by a bot", step(delivered), simulator.Step{Status: opened, Code: byBot}),
		fate("0606", "delivered, opened, clicked", step(delivered), step(opened), step(clicked)),
		fate("0608", "delivered, then called spam", step(delivered), step(complained)),
		fate("0609", "delivered, then unsubscribed", step(delivered), step(unsubscribed)),
		fate("0610", "failed for good, 606 suppress-unsubscribe", fails(codeUnsubscribed)),
	})
}

// Actions are what rules can do with this provider.
func Actions() []simulator.Action {
	then := func(step simulator.Step) simulator.Outcome {
		return simulator.Outcome{Fate: []simulator.Step{{Status: accepted}, step}}
	}
	return slices.Concat(simulator.CommonActions(), []simulator.Action{
		{Name: "error", Params: "code", Does: "refused with an HTTP status (400)",
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: http.StatusBadRequest}},
		{Name: "bounce", Params: "code", Does: "accepted, then failed for good (550)", Effect: then(simulator.Step{Status: permanentFail, Code: 550})},
		{Name: "delayed", Params: "code", Does: "accepted, then failed for now (421), and no more",
			Effect: then(simulator.Step{Status: temporaryFail, Code: 421})},
		{Name: "complain", Does: "delivered, then called spam", Effect: simulator.Outcome{
			Fate: []simulator.Step{{Status: accepted}, {Status: delivered}, {Status: complained}}}},
	})
}

// failure says how an event tells of a code: its reason and the words of the
// mail server.
func failure(code int) (reason, enhanced, words string) {
	switch code {
	case codeTooOld:
		return "old", "", "Too old"
	case codeBounced:
		return "suppress-bounce", "", "Not delivering to previously bounced address"
	case codeUnsubscribed:
		return "suppress-unsubscribe", "", "Not delivering to unsubscribed address"
	case codeComplained:
		return "suppress-complaint", "", "Not delivering to a user who marked your messages as spam"
	case 450:
		return "greylisted", "4.7.1", "Greylisted, try again later"
	case 550:
		return "bounce", "5.1.1", "The email account that you tried to reach does not exist"
	case 554:
		return "espblock", "5.7.1", "Message blocked due to spam content"
	}
	if code < 500 {
		return "generic", "4.0.0", "Try again later"
	}
	return "generic", "5.0.0", "Message not accepted"
}

// listOf is the list that a failure or an event puts an address on, "" for none.
func listOf(step simulator.Step) string {
	switch {
	case step.Status == permanentFail && step.Code == 550:
		return bounces
	case step.Status == unsubscribed:
		return unsubscribes
	case step.Status == complained:
		return complaints
	}
	return ""
}

// The lists of addresses that a domain no longer writes to.
const (
	bounces      = "bounces"
	unsubscribes = "unsubscribes"
	complaints   = "complaints"
)
