// Package smshttp plays an aggregator of text messages that nobody runs, for
// channels that can be told how to talk to any: a small HTTP API of the usual
// kind with bearer tokens, receipts, and inbound callbacks that carry a shared
// secret or an HMAC. docs/simulator.md is its documentation.
package smshttp

import (
	"net/http"
	"slices"
	"sync"

	"heliograph/channel/simulator"
)

// name of the provider in rules, messages and addresses.
const name = "smshttp"

// How callbacks prove where they come from.
const (
	ProofHMAC   = "hmac"   // X-Signature
	ProofSecret = "secret" // X-Webhook-Secret
	ProofBoth   = "both"
)

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	Proof  string `json:"proof"`  // of callbacks: hmac, secret or both
	Format string `json:"format"` // of callbacks: json or form
}

// Account is a token with what goes with it.
type Account struct {
	Token       string `json:"token"`
	Secret      string `json:"secret,omitempty"`      // of callbacks; "": the token
	CallbackURL string `json:"callbackUrl,omitempty"` // told of receipts unless the message names another
	InboundURL  string `json:"inboundUrl,omitempty"`  // told of inbound messages to any of its senders
}

// Options is what the provider is made from. The zero value works.
type Options struct {
	// Accounts are those that exist. With none, every token is one.
	Accounts []Account
}

// Provider plays the aggregator. It is handed to simulator.New.
type Provider struct {
	closed bool // only the accounts of the options exist
	n      *simulator.Network
	own    *simulator.Own[Settings]

	mu       sync.Mutex
	accounts map[string]*Account
	senders  map[string]string // tokens by the senders that they used
}

// New returns a provider for one simulator.
func New(o Options) *Provider {
	p := &Provider{closed: len(o.Accounts) > 0, accounts: map[string]*Account{}, senders: map[string]string{}}
	for _, a := range o.Accounts {
		p.accounts[a.Token] = &a
	}
	return p
}

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: name, Title: "SMS aggregator", Channel: simulator.ChannelSMS,
		Recipients: Recipients(), Actions: Actions(), Settings: "/sim/" + name + "/settings",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.own = simulator.OwnSettings(n, Settings{Proof: ProofBoth, Format: "json"}, func(s *Settings) *simulator.Problem {
		switch {
		case !slices.Contains([]string{ProofHMAC, ProofSecret, ProofBoth}, s.Proof):
			return simulator.BadField("proof", "must be hmac, secret or both")
		case s.Format != "json" && s.Format != "form":
			return simulator.BadField("format", "must be json or form")
		}
		return nil
	})
	n.Handle("POST /smshttp/v1/messages", p.post)
	n.Handle("GET /smshttp/v1/messages/{id}", p.get)
	n.Handle("GET /smshttp/v1/account", p.getAccount)
	n.Handle("POST /sim/"+name+"/accounts", p.postAccount)
}

// Recipients are the magic recipients of this provider.
func Recipients() []simulator.Recipient {
	refused := func(suffix string, code int, why string) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why, Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: code}}
	}
	fate := func(suffix, why string, steps ...simulator.Step) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why, Effect: simulator.Outcome{Fate: steps}}
	}
	return simulator.InOrder(simulator.CommonRecipients(), []simulator.Recipient{
		{Suffix: "0001", Outcome: "works: accepted, sent, delivered"},
		refused("0010", codeOptedOut, "refused, 409 opted_out: the recipient opted out"),
		refused("0011", codeRecipient, "refused, 422 invalid_recipient: not a phone number"),
		refused("0013", codeBalance, "refused, 402 insufficient_balance"),
		refused("0014", codeSender, "refused, 403 sender_not_allowed"),
		fate("0303", "sent, then failed, 303: unreachable", sent(), simulator.Step{Status: "failed", Code: 303}),
		fate("0305", "sent, then failed, 305: unknown subscriber", sent(), simulator.Step{Status: "failed", Code: 305}),
		fate("0307", "rejected, 307: filtered", simulator.Step{Status: "rejected", Code: 307}),
		fate("0309", "sent, then expired, 309", sent(), simulator.Step{Status: "expired", Code: 309}),
		fate("0600", "sent, then read, never delivered", sent(), simulator.Step{Status: "read"}),
		fate("0610", "sent, then failed, 310: the recipient opted out", sent(), simulator.Step{Status: "failed", Code: 310}),
	})
}

func sent() simulator.Step { return simulator.Step{Status: "sent"} }

// Actions are what rules can do with this provider.
func Actions() []simulator.Action {
	return slices.Concat(simulator.CommonActions(), []simulator.Action{
		{Name: "error", Params: "code", Does: "refused with an HTTP status (422)",
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: codeRecipient}},
		{Name: "failed", Params: "code", Does: "sent, then failed with an error code (303)",
			Effect: simulator.Outcome{Fate: []simulator.Step{sent(), {Status: "failed", Code: 303}}}},
	})
}

// The codes of refusals are their HTTP statuses.
const (
	codeBalance   = http.StatusPaymentRequired
	codeSender    = http.StatusForbidden
	codeOptedOut  = http.StatusConflict
	codeRecipient = http.StatusUnprocessableEntity
)
