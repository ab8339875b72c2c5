// Package mailgun plays Mailgun's messages, webhooks and routes on the
// simulator's network, from the published contract alone. What it takes arrives
// in the simulated mailboxes; what people do there comes back as signed events
// and routed mail.
package mailgun

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
)

// name of the provider in rules, messages and addresses.
const name = "mailgun"

// Account is a key with what signs its webhooks.
type Account struct {
	Key        string `json:"key"`
	SigningKey string `json:"signingKey,omitempty"` // "": the key signs
}

// Domain is a sending and receiving domain of an account.
type Domain struct {
	Name       string `json:"domain"`
	Key        string `json:"key"`
	WebhookURL string `json:"webhookUrl,omitempty"` // told of every kind of event
	InboundURL string `json:"inboundUrl,omitempty"` // a route for all mail to the domain
}

// Options is what the provider is made from.
type Options struct {
	// Boxes returns the mailboxes that mail goes to. It is called once, at Join,
	// after the provider that owns them joined.
	Boxes func() *mailbox.Boxes
	// Accounts and Domains are those that exist. With no account, every key is
	// one; with no domain, every domain exists unless its name begins with
	// "missing".
	Accounts []Account
	Domains  []Domain
}

// Provider plays Mailgun. It is handed to simulator.New.
type Provider struct {
	o     Options
	n     *simulator.Network
	boxes *mailbox.Boxes

	mu       sync.Mutex
	accounts map[string]*Account // by key
	domains  map[string]*domain
	routes   []*route
	sent     map[string]*delivery // by sid
	order    []string             // of sent, the oldest first
}

// domain is a domain with its webhooks and lists.
type domain struct {
	name, key string
	webhooks  map[string][]string        // URLs by kind of event
	tracking  map[string]bool            // opens, clicks, unsubscribe
	refused   map[string]map[string]bool // addresses by list: bounces, unsubscribes, complaints
}

// New returns a provider for one simulator.
func New(o Options) *Provider {
	p := &Provider{o: o, accounts: map[string]*Account{}, domains: map[string]*domain{}, sent: map[string]*delivery{}}
	for _, a := range o.Accounts {
		p.accounts[a.Key] = &a
	}
	return p
}

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: name, Title: "Mailgun", Channel: simulator.ChannelEmail, Recipients: Recipients(), Actions: Actions(),
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.boxes = p.o.Boxes()
	p.boxes.Carry(name, carrier{p})
	p.boxes.Routes().Ask(forwarder{p})
	for _, d := range p.o.Domains {
		p.configure(d)
	}
	n.Handle("/v3/", p.api)
	n.Handle("/v4/", p.api)
	n.Handle("/v5/", p.api)
	n.Handle("GET /mailgun/o/{sid}", p.pixel)
	n.Handle("GET /mailgun/c/{sid}/{link}", p.click)
	n.Handle("GET /mailgun/u/{sid}", p.unsubscribePage)
	n.Handle("POST /mailgun/u/{sid}", p.unsubscribe)
	n.Handle("POST /sim/mailgun/accounts", p.postAccount)
	n.Handle("POST /sim/mailgun/domains", p.postDomain)
}

// Clear implements simulator.Clearer.
func (p *Provider) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.order = map[string]*delivery{}, nil
	for _, d := range p.domains {
		d.refused = map[string]map[string]bool{}
	}
}

// find returns a domain of an account, making it up where every domain exists.
// The lock is held.
func (p *Provider) find(key, of string) *domain {
	of = strings.ToLower(of)
	d := p.domains[of]
	if d == nil && len(p.o.Domains) == 0 && strings.Contains(of, ".") && !strings.HasPrefix(of, "missing") {
		d = &domain{name: of, key: key, webhooks: map[string][]string{}, tracking: map[string]bool{},
			refused: map[string]map[string]bool{}}
		p.domains[of] = d
	}
	if d == nil || len(p.o.Accounts) > 0 && d.key != key {
		return nil
	}
	return d
}

// configure sets what in says of a domain.
func (p *Provider) configure(in Domain) {
	p.mu.Lock()
	defer p.mu.Unlock()
	of := strings.ToLower(in.Name)
	d := p.domains[of]
	if d == nil {
		d = &domain{name: of, tracking: map[string]bool{}, refused: map[string]map[string]bool{}}
		p.domains[of] = d
	}
	d.key, d.webhooks = in.Key, map[string][]string{}
	if in.WebhookURL != "" {
		for _, kind := range kinds() {
			d.webhooks[kind] = []string{in.WebhookURL}
		}
	}
	p.routes = slices.DeleteFunc(p.routes, func(r *route) bool { return r.Description == "of "+of })
	if in.InboundURL != "" {
		p.routes = append(p.routes, &route{ID: p.n.Hex("")[:24], key: in.Key, Description: "of " + of,
			Expression: `match_recipient(".*@` + strings.ReplaceAll(of, ".", `\.`) + `")`, Actions: []string{`forward("` + in.InboundURL + `")`}})
	}
}

func (p *Provider) postDomain(w http.ResponseWriter, r *http.Request) {
	var in Domain
	problem := simulator.ReadJSON(w, r, &in)
	switch {
	case problem != nil:
	case !strings.Contains(in.Name, "."):
		problem = simulator.BadField("domain", "is not a domain such as mg.example.com")
	case in.Key == "":
		problem = simulator.BadField("key", "is needed")
	case in.WebhookURL != "" && !simulator.IsWebhook(in.WebhookURL):
		problem = simulator.BadField("webhookUrl", "is not an http or https URL")
	case in.InboundURL != "" && !simulator.IsWebhook(in.InboundURL):
		problem = simulator.BadField("inboundUrl", "is not an http or https URL")
	}
	if problem != nil {
		problem.Write(w)
		return
	}
	p.configure(in)
	w.WriteHeader(http.StatusNoContent)
}

func (p *Provider) postAccount(w http.ResponseWriter, r *http.Request) {
	var in Account
	problem := simulator.ReadJSON(w, r, &in)
	if problem == nil && in.Key == "" {
		problem = simulator.BadField("key", "is needed")
	}
	if problem != nil {
		problem.Write(w)
		return
	}
	p.mu.Lock()
	p.accounts[in.Key] = &in
	p.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// carrier tells the sender that a mail was called spam.
type carrier struct{ p *Provider }
