package whatsapp

import (
	"slices"

	"heliograph/channel/simulator"
)

// What only WhatsApp does, as outcomes call it.
const (
	ownOpen   = "open"   // the window counts as open
	ownClosed = "closed" // the window counts as closed
	ownHeld   = "held"   // held_for_quality_assessment
	ownHidden = "hidden" // the person hides the number
	ownMillis = "millis" // webhooks carry milliseconds
	ownReject = "reject" // a template is rejected
	ownPause  = "pause"  // a template is paused after its approval
)

// aboutTemplate is what rules say that strike the making of templates.
const aboutTemplate = "template"

func works() []simulator.Step { return []simulator.Step{{Status: "sent"}, {Status: "delivered"}} }

// Recipients returns the magic recipients, in the order of their suffixes.
func Recipients() []simulator.Recipient {
	type one = simulator.Recipient
	type does = simulator.Outcome
	fails := func(suffix string, code int, why string) one {
		return one{Suffix: suffix, Outcome: why, Effect: does{Fate: []simulator.Step{{Status: "failed", Code: code}}}}
	}
	refused := func(suffix string, code int, why string) one {
		return one{Suffix: suffix, Outcome: why, Effect: does{Answer: simulator.AnswerError, Code: code}}
	}
	reaches := func(suffix, why string, statuses ...string) one {
		steps := []simulator.Step{}
		for _, s := range statuses {
			steps = append(steps, simulator.Step{Status: s})
		}
		return one{Suffix: suffix, Outcome: why, Effect: does{Fate: steps}}
	}
	return simulator.InOrder(simulator.CommonRecipients(), []one{
		{Suffix: "0001", Outcome: "works: accepted, sent, delivered"},
		fails("0010", 131050, "taken, then failed, 131050: stopped marketing messages"),
		fails("0011", 131026, "taken, then failed, 131026: not on WhatsApp"),
		refused("0012", 131021, "refused, 131021: the recipient is the sender"),
		refused("0013", 190, "refused, 190: the access token expired"),
		refused("0014", 131031, "refused, 131031: the account is locked"),
		refused("0015", 133010, "refused, 133010: the number is not registered"),
		refused("0016", 131016, "refused, 131016: service unavailable"),
		fails("0042", 131042, "taken, then failed, 131042: billing"),
		{Suffix: "0046", Outcome: "works as if the window were open", Effect: does{Own: ownOpen}},
		{Suffix: "0047", Outcome: "131047: the window counts as closed", Effect: does{Own: ownClosed}},
		refused("0048", 131048, "refused, 131048: spam rate limit"),
		fails("0049", 131049, "taken, then failed, 131049: withheld for the health of the ecosystem"),
		fails("0051", 131051, "taken, then failed, 131051: unsupported type"),
		fails("0053", 131053, "taken, then failed, 131053: the media could not be fetched"),
		{Suffix: "0056", Outcome: "131056, the pair rate, twice, then works",
			Effect: does{Answer: simulator.AnswerError, Code: 131056, Turns: 2}},
		refused("0057", 131057, "refused, 131057: maintenance"),
		fails("0072", 130472, "taken, then failed, 130472: part of an experiment"),
		refused("0320", 132000, "refused, 132000: number of parameters"),
		refused("0321", 132001, "refused, 132001: no such template"),
		refused("0322", 132012, "refused, 132012: format of a parameter"),
		refused("0323", 132015, "refused, 132015: the template is paused"),
		refused("0324", 132016, "refused, 132016: the template is disabled"),
		refused("0368", 368, "refused, 368: blocked for a violation of policies"),
		{Suffix: "0430", Outcome: "130429, the throughput, twice, then works",
			Effect: does{Answer: simulator.AnswerError, Code: 130429, Turns: 2}},
		reaches("0600", "sent, then read, never delivered", "sent", "read"),
		{Suffix: "0605", Outcome: "held for quality assessment, then sent and delivered", Effect: does{Own: ownHeld}},
		{Suffix: "0607", Outcome: "the person hides the number: no wa_id, only a user_id", Effect: does{Own: ownHidden}},
		{Suffix: "0609", Outcome: "failed, 131026, then delivered after all",
			Effect: does{Fate: []simulator.Step{{Status: "failed", Code: 131026}, {Status: "delivered"}}}},
		reaches("0611", "sent, delivered and read", "sent", "delivered", "read"),
		{Suffix: "0612", Outcome: "timestamps of webhooks come in milliseconds", Effect: does{Own: ownMillis}},
	})
}

// Actions returns everything a rule can do.
func Actions() []simulator.Action {
	return slices.Concat(simulator.CommonActions(), []simulator.Action{
		{Name: "error", Params: "code", Does: "refused with an error of the provider (131000)",
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: 131000}},
		{Name: "failed", Params: "code", Does: "taken, then failed with an error (131026)",
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "failed", Code: 131026}}}},
		{Name: "read", Does: "sent, delivered and read",
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "sent"}, {Status: "delivered"}, {Status: "read"}}}},
		{Name: "unconfirmed", Does: "sent, and nothing after it",
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "sent"}}}},
		{Name: "held", Does: "held for quality assessment, then sent", Effect: simulator.Outcome{Own: ownHeld}},
		{Name: "reject-template", About: aboutTemplate, Does: "a new template is rejected; match.to is its name",
			Effect: simulator.Outcome{Own: ownReject}},
		{Name: "pause-template", About: aboutTemplate, Does: "a new template is approved, then paused; match.to is its name",
			Effect: simulator.Outcome{Own: ownPause}},
	})
}
