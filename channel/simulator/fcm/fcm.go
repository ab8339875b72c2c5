// Package fcm plays Firebase Cloud Messaging (HTTP v1) on the simulator's network,
// with the token endpoint that service accounts ask. It is written from the
// published contract alone and shares nothing with a channel.
package fcm

import (
	"crypto/rsa"
	"net/http"
	"regexp"
	"sync"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/jws"
)

// Name of the provider in rules, messages and addresses.
const Name = "fcm"

// TokenPath is where access tokens are asked for: the token_uri of a service
// account's file is the simulator's address and this path.
const TokenPath = "/token"

// Account is a service account.
type Account struct {
	ClientEmail string `json:"clientEmail"`
	ProjectID   string `json:"projectId"`
	Key         string `json:"key"` // PEM: the private key of its file, or the public half
}

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	Strict       bool `json:"strict"`       // tokens that were never registered are refused
	TokenSeconds int  `json:"tokenSeconds"` // for how long an access token is good
}

// DefaultSettings is the service as it is, but for unknown device tokens.
func DefaultSettings() Settings { return Settings{TokenSeconds: 3599} }

// Options is what the provider is made from. The zero value works.
type Options struct {
	// Accounts are those that exist. With none, every service account is one, and
	// signatures cannot be checked.
	Accounts []Account
	Settings *Settings // nil: DefaultSettings
}

// Provider plays FCM. It is handed to simulator.New.
type Provider struct {
	o       Options
	n       *simulator.Network
	own     *simulator.Own[Settings]
	devices *devices.Registry

	mu       sync.Mutex
	accounts map[string]*account // by address
	granted  map[string]*grant   // by access token
	order    []string            // of granted, the oldest first
}

// account is a service account that is known.
type account struct {
	Account
	public *rsa.PublicKey
}

// grant is an access token.
type grant struct {
	email, project string // project "": any
	ends           time.Time
}

// New returns a provider for one simulator.
func New(o Options) *Provider {
	p := &Provider{o: o, accounts: map[string]*account{}, granted: map[string]*grant{}}
	for _, a := range o.Accounts {
		if known, problem := readAccount(a); problem == nil {
			p.accounts[a.ClientEmail] = known
		}
	}
	return p
}

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: Name, Title: "FCM", Channel: simulator.ChannelApp,
		Recipients: devices.Recipients(refusals()), Actions: Actions(), Settings: "/sim/" + Name + "/settings",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	initial := DefaultSettings()
	if p.o.Settings != nil {
		initial = *p.o.Settings
	}
	p.own = simulator.OwnSettings(n, initial, func(s *Settings) *simulator.Problem {
		if s.TokenSeconds < 1 {
			return simulator.BadField("tokenSeconds", "must be 1 at least")
		}
		return nil
	})
	p.devices = devices.NewRegistry(n, Name)
	p.devices.Handle(p.MakeToken, IsToken)
	n.Handle("POST "+TokenPath, p.postToken)
	n.Handle("POST /v1/projects/{project}/{verb}", p.send)
	n.Handle("GET /sim/"+Name+"/accounts", p.getAccounts)
	n.Handle("POST /sim/"+Name+"/accounts", p.postAccount)
}

// Devices are the devices that the service delivers to. It is called after Join.
func (p *Provider) Devices() *devices.Registry { return p.devices }

// MakeToken makes up the token of a device, which is no magic recipient's.
func (p *Provider) MakeToken() string {
	return p.n.Hex("")[:22] + ":APA91b" + p.n.Hex("") + p.n.Hex("") + "a"
}

var token = regexp.MustCompile(`^[A-Za-z0-9_:-]+$`)

// IsToken says whether a device token can be one.
func IsToken(text string) bool { return len(text) >= 8 && len(text) <= 4096 && token.MatchString(text) }

func readAccount(in Account) (*account, *simulator.Problem) {
	if in.ClientEmail == "" {
		return nil, simulator.BadField("clientEmail", "is missing")
	}
	if in.ProjectID == "" {
		return nil, simulator.BadField("projectId", "is missing")
	}
	public, err := jws.PublicKey(in.Key)
	if err != nil {
		return nil, simulator.BadField("key", err.Error())
	}
	key, ok := public.(*rsa.PublicKey)
	if !ok {
		return nil, simulator.BadField("key", "is not an RSA key")
	}
	return &account{in, key}, nil
}

// getAccounts answers the accounts that exist, without their keys.
func (p *Provider) getAccounts(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []Account{}
	for _, a := range p.accounts {
		out = append(out, Account{ClientEmail: a.ClientEmail, ProjectID: a.ProjectID})
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"accounts": out})
}

// postAccount makes a service account known, or changes one. From the first on,
// only known accounts are given tokens.
func (p *Provider) postAccount(w http.ResponseWriter, r *http.Request) {
	var in Account
	problem := simulator.ReadJSON(w, r, &in)
	if problem == nil {
		var a *account
		if a, problem = readAccount(in); problem == nil {
			p.mu.Lock()
			p.accounts[in.ClientEmail] = a
			p.mu.Unlock()
			simulator.WriteJSON(w, http.StatusOK, Account{ClientEmail: in.ClientEmail, ProjectID: in.ProjectID})
			return
		}
	}
	problem.Write(w)
}
