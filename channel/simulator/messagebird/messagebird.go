// Package messagebird plays MessageBird's classic REST API on the simulator's
// network: text messages, MMS, signed status reports and inbound posts. It is
// written from the published contract alone and shares nothing with a channel.
package messagebird

import (
	"net/http"
	"slices"
	"sync"

	"heliograph/channel/simulator"
)

// name of the provider in rules, messages and addresses.
const name = "messagebird"

// Account is an account of the played provider.
type Account struct {
	AccessKey  string `json:"accessKey"`
	SigningKey string `json:"signingKey,omitempty"` // signs webhooks; "": the access key does
	ReportURL  string `json:"reportUrl,omitempty"`  // told of statuses unless the message names another
}

// Number is a number or a short code of an account.
type Number struct {
	Number    string `json:"number"`
	URL       string `json:"url"` // told of every inbound message
	AccessKey string `json:"accessKey"`
	Shortcode bool   `json:"shortcode,omitempty"` // inbound posts come in a short code's form
}

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	Algorithm  string  `json:"algorithm"`  // of webhook signatures: HS256, HS384 or HS512
	Expiry     bool    `json:"expiry"`     // signatures say when they end
	RepeatKeys bool    `json:"repeatKeys"` // inbound posts name the id twice
	MixedCase  bool    `json:"mixedCase"`  // inbound posts spell names as CreatedDatetime
	Balance    float64 `json:"balance"`    // what GET /balance answers
}

// Options is what the provider is made from. The zero value works.
type Options struct {
	// Accounts are the accounts that exist. With none, every access key is one.
	Accounts []Account
	Numbers  []Number
}

// Provider plays MessageBird. It is handed to simulator.New.
type Provider struct {
	o   Options
	n   *simulator.Network
	own *simulator.Own[Settings]

	mu       sync.Mutex
	accounts map[string]*Account // by access key
	numbers  map[string]*Number  // by digits
	senders  map[string]string   // access keys by the senders that they used
	sent     map[string]*order
	order    []string // of sent, the oldest first
}

// New returns a provider for one simulator.
func New(o Options) *Provider {
	p := &Provider{o: o, accounts: map[string]*Account{}, numbers: map[string]*Number{},
		senders: map[string]string{}, sent: map[string]*order{}}
	for _, a := range o.Accounts {
		p.accounts[a.AccessKey] = &a
	}
	for _, n := range o.Numbers {
		p.numbers[digits(n.Number)] = &n
	}
	return p
}

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: name, Title: "MessageBird", Channel: simulator.ChannelSMS,
		Recipients: Recipients(), Actions: Actions(), Settings: "/sim/" + name + "/settings",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.own = simulator.OwnSettings(n, Settings{Algorithm: "HS256", Expiry: true, RepeatKeys: true, Balance: 100},
		func(s *Settings) *simulator.Problem {
			if !slices.Contains([]string{"HS256", "HS384", "HS512"}, s.Algorithm) {
				return simulator.BadField("algorithm", "must be HS256, HS384 or HS512")
			}
			return nil
		})
	n.Handle("POST /messages", p.post)
	n.Handle("GET /messages/{id}", p.get)
	n.Handle("POST /mms", p.postMMS)
	n.Handle("GET /mms/{id}", p.get)
	n.Handle("GET /balance", p.getBalance)
	n.Handle("GET /sim/"+name+"/numbers", p.getNumbers)
	n.Handle("POST /sim/"+name+"/numbers", p.postNumber)
	n.Handle("POST /sim/"+name+"/accounts", p.postAccount)
}

// Clear implements simulator.Clearer.
func (p *Provider) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.order = map[string]*order{}, nil
}

// Recipients are the magic recipients of this provider.
func Recipients() []simulator.Recipient {
	refused := func(suffix string, code int, why string) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why, Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: code}}
	}
	failed := func(suffix, status string, code int, why string) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why,
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "sent"}, {Status: status, Code: code}}}}
	}
	return simulator.InOrder(simulator.CommonRecipients(), []simulator.Recipient{
		{Suffix: "0001", Outcome: "works: sent, delivered"},
		failed("0010", "delivery_failed", codeOptedOut, "sent, then delivery_failed, 103: the recipient opted out"),
		refused("0011", 10, "refused, 10: the recipient is not valid"),
		refused("0012", 9, "refused, 9: no (correct) recipients found"),
		refused("0013", 25, "refused, 25: not enough balance"),
		refused("0014", 2, "refused, 2: the access key is not allowed"),
		failed("0303", "delivery_failed", 27, "sent, then delivery_failed, 27: unavailable subscriber"),
		failed("0305", "delivery_failed", 1, "sent, then delivery_failed, 1: unknown subscriber"),
		failed("0307", "delivery_failed", 13, "sent, then delivery_failed, 13: carrier rejected"),
		failed("0308", "delivery_failed", 34, "sent, then delivery_failed, 34: received network error"),
		failed("0309", "expired", 36, "sent, then expired"),
		failed("0310", "expired", codeNoReport, "sent, then expired: DLR not received"),
		failed("0311", "delivery_failed", codeCapacity, "sent, then delivery_failed: capacity limit reached"),
		failed("0312", "delivery_failed", codeBalance, "sent, then delivery_failed: insufficient balance"),
		{Suffix: "0605", Outcome: "buffered for ever",
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "buffered"}}}},
		failed("0610", "delivery_failed", codeOptedOut, "sent, then delivery_failed, 103: the recipient opted out"),
	})
}

// Actions are what rules can do with this provider.
func Actions() []simulator.Action {
	sentThen := func(status string, code int) simulator.Outcome {
		return simulator.Outcome{Fate: []simulator.Step{{Status: "sent"}, {Status: status, Code: code}}}
	}
	return slices.Concat(simulator.CommonActions(), []simulator.Action{
		{Name: "error", Params: "code", Does: "refused with an error of the provider (10)",
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: 10}},
		{Name: "undelivered", Params: "code", Does: "sent, then delivery_failed with a statusErrorCode (27)",
			Effect: sentThen("delivery_failed", 27)},
		{Name: "expired", Params: "code", Does: "sent, then expired with a statusErrorCode (36)", Effect: sentThen("expired", 36)},
	})
}

func (p *Provider) getBalance(w http.ResponseWriter, r *http.Request) {
	if _, e := p.admit(r); e != nil {
		e.write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{
		"payment": "prepaid", "type": "credits", "amount": p.own.Get().Balance,
	})
}
