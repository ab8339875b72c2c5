// Package apns plays Apple's push service on the simulator's network: HTTP/2,
// provider tokens, and what it checks of a notification before it takes it. It is
// written from the published contract alone and shares nothing with a channel.
package apns

import (
	"crypto/ecdsa"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/jws"
)

// Name of the provider in rules, messages and addresses.
const Name = "apns"

// Key is a key that provider tokens are signed with.
type Key struct {
	KeyID  string   `json:"keyId"`
	TeamID string   `json:"teamId"`
	Key    string   `json:"key"`              // PEM: the .p8 file, or its public half
	Topics []string `json:"topics,omitempty"` // the bundle ids that it may push to; none: any
}

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	Strict       bool `json:"strict"`       // tokens that were never registered are refused
	TokenMinutes int  `json:"tokenMinutes"` // how old a provider token may be
	TokenUpdates int  `json:"tokenUpdates"` // new provider tokens of one key in 20 minutes; 0: any number
}

// DefaultSettings is the service as it is, but for unknown device tokens.
func DefaultSettings() Settings { return Settings{TokenMinutes: 60, TokenUpdates: 5} }

// Options is what the provider is made from. The zero value works.
type Options struct {
	// Keys are those that exist. With none, every key id is one, and signatures
	// cannot be checked.
	Keys     []Key
	Settings *Settings // nil: DefaultSettings
}

// Provider plays APNs. It is handed to simulator.New.
type Provider struct {
	o       Options
	n       *simulator.Network
	own     *simulator.Own[Settings]
	devices *devices.Registry

	mu   sync.Mutex
	keys map[string]*key // by key id
	used map[string]*use // of provider tokens, by team and key id
}

// key is a key that is known.
type key struct {
	Key
	public *ecdsa.PublicKey
}

// New returns a provider for one simulator.
func New(o Options) *Provider {
	p := &Provider{o: o, keys: map[string]*key{}, used: map[string]*use{}}
	for _, k := range o.Keys {
		if known, problem := readKey(k); problem == nil {
			p.keys[k.KeyID] = known
		}
	}
	return p
}

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: Name, Title: "APNs", Channel: simulator.ChannelApp,
		Recipients: devices.Recipients(refusals()), Actions: devices.Actions(refusals()), Settings: "/sim/" + Name + "/settings",
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
		switch {
		case s.TokenMinutes < 1:
			return simulator.BadField("tokenMinutes", "must be 1 at least")
		case s.TokenUpdates < 0:
			return simulator.BadField("tokenUpdates", "must not be negative")
		}
		return nil
	})
	p.devices = devices.NewRegistry(n, Name)
	p.devices.Handle(p.MakeToken, IsToken)
	n.Handle("/3/", p.serve)
	n.Handle("GET /sim/"+Name+"/keys", p.getKeys)
	n.Handle("POST /sim/"+Name+"/keys", p.postKey)
}

// Devices are the devices that the service delivers to. It is called after Join.
func (p *Provider) Devices() *devices.Registry { return p.devices }

// MakeToken makes up the token of a device, which is no magic recipient's.
func (p *Provider) MakeToken() string { return p.n.Hex("") + p.n.Hex("")[:31] + "a" }

// IsToken says whether a device token can be one. One of zeros is nobody's: with
// it senders ask whether their key is good.
func IsToken(token string) bool {
	raw, err := hex.DecodeString(token)
	return err == nil && len(raw) >= 8 && len(raw) <= 100 && strings.Trim(token, "0") != ""
}

func readKey(in Key) (*key, *simulator.Problem) {
	if !isID(in.KeyID) {
		return nil, simulator.BadField("keyId", "must be 10 letters and digits")
	}
	if !isID(in.TeamID) {
		return nil, simulator.BadField("teamId", "must be 10 letters and digits")
	}
	public, err := jws.PublicKey(in.Key)
	if err != nil {
		return nil, simulator.BadField("key", err.Error())
	}
	curve, ok := public.(*ecdsa.PublicKey)
	if !ok || curve.Curve.Params().BitSize != 256 {
		return nil, simulator.BadField("key", "is not a key of the curve P-256")
	}
	return &key{in, curve}, nil
}

// getKeys answers the keys that exist, without the keys themselves.
func (p *Provider) getKeys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []Key{}
	for _, k := range p.keys {
		out = append(out, Key{KeyID: k.KeyID, TeamID: k.TeamID, Topics: k.Topics})
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"keys": out})
}

// postKey makes a key known, or changes one. From the first on, only known keys
// sign.
func (p *Provider) postKey(w http.ResponseWriter, r *http.Request) {
	var in Key
	problem := simulator.ReadJSON(w, r, &in)
	if problem == nil {
		var k *key
		if k, problem = readKey(in); problem == nil {
			p.mu.Lock()
			p.keys[in.KeyID] = k
			p.mu.Unlock()
			simulator.WriteJSON(w, http.StatusOK, Key{KeyID: in.KeyID, TeamID: in.TeamID, Topics: in.Topics})
			return
		}
	}
	problem.Write(w)
}
