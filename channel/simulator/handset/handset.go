// Package handset plays phones with a brand's app on them. The app is built with
// the public client library, as any other app; its pushes come through the played
// push services. It knows no more of the server than the library does.
package handset

import (
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"sync"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

//go:embed assets
var assetFiles embed.FS

// Name of the provider in addresses.
const Name = "handset"

// maxPhones bounds the phones that there are at once.
const maxPhones = 50

// The platforms of phones.
const (
	IOS     = "ios"
	Android = "android"
)

// Settings is how phones behave.
type Settings struct {
	SuspendMs int `json:"suspendMs"` // how long an app in the background still runs
}

// DefaultSettings are phones that suspend an app soon, for people who look on.
func DefaultSettings() Settings { return Settings{SuspendMs: 2000} }

// Service is a push service as phones of one platform use it.
type Service struct {
	Name      string // as the library names it
	Devices   func() *devices.Registry
	MakeToken func() string
}

// Options is what the provider is made from. The services must have joined the
// network before it.
type Options struct {
	IOS, Android Service
	Settings     *Settings // nil: DefaultSettings
}

// Provider plays the phones. It is handed to simulator.New.
type Provider struct {
	o   Options
	n   *simulator.Network
	own *simulator.Own[Settings]

	mu     sync.Mutex
	phones map[string]*phone
	order  []string // of phones, the oldest first
	closed bool
}

// New returns a provider for one simulator.
func New(o Options) *Provider { return &Provider{o: o, phones: map[string]*phone{}} }

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	files, _ := fs.Sub(assetFiles, "assets")
	return simulator.Description{
		Name: Name, Title: "Phones with an app", Channel: simulator.ChannelApp,
		Recipients: []simulator.Recipient{}, Actions: []simulator.Action{}, Settings: "/sim/" + Name + "/settings",
		Assets: files, View: "/assets/" + Name + "/view.js",
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
		if s.SuspendMs < 0 {
			return simulator.BadField("suspendMs", "must not be negative")
		}
		return nil
	})
	p.handle()
}

// ThreadState implements simulator.Threader: what a phone shows. Nothing is shown
// of tokens that belong to no phone here.
func (p *Provider) ThreadState(person string) any {
	if ph := p.find(person); ph != nil {
		return ph.state()
	}
	return nil
}

// Close implements simulator.Closer.
func (p *Provider) Close() {
	p.mu.Lock()
	p.closed = true
	all := make([]*phone, 0, len(p.phones))
	for _, ph := range p.phones {
		all = append(all, ph)
	}
	p.mu.Unlock()
	var closing sync.WaitGroup
	for _, ph := range all {
		closing.Go(ph.end)
	}
	closing.Wait()
}

func (p *Provider) find(id string) *phone {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.phones[id]
}

// Spec is what a phone is made from.
type Spec struct {
	ID          string `json:"id"`          // also whose thread its pushes are on
	Title       string `json:"title"`       // for people; "": the id
	Platform    string `json:"platform"`    // ios or android
	App         string `json:"app"`         // bundle id or package name
	AppName     string `json:"appName"`     // for people; "": the app
	Server      string `json:"server"`      // where the app's SDK finds its server
	Integration string `json:"integration"` // its id there
	// KeyID and Secret are an app key of the business, whose own server would sign
	// with it who the person is. Without it persons log in without proof.
	KeyID  string `json:"keyId,omitempty"`
	Secret string `json:"secret,omitempty"`
}

var phoneID = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

func (s *Spec) check() *simulator.Problem {
	switch {
	case !phoneID.MatchString(s.ID):
		return simulator.BadField("id", "must be 2 to 40 letters, digits and hyphens, as ana-iphone")
	case s.Platform != IOS && s.Platform != Android:
		return simulator.BadField("platform", "must be ios or android")
	case s.App == "":
		return simulator.BadField("app", "is missing")
	case !simulator.IsWebhook(s.Server):
		return simulator.BadField("server", "is not the URL of a server")
	case s.Integration == "":
		return simulator.BadField("integration", "is missing")
	case (s.KeyID == "") != (s.Secret == ""):
		return simulator.BadField("secret", "and keyId go together")
	}
	return nil
}

var (
	errFull   = &simulator.Problem{Status: http.StatusConflict, Code: "too_many", Message: "there are too many phones: remove one"}
	errClosed = errors.New("the simulator is closed")
)

// add makes a phone with the app on it, or makes one anew.
func (p *Provider) add(s Spec) (*phone, *simulator.Problem) {
	if problem := s.check(); problem != nil {
		return nil, problem
	}
	ph := newPhone(p, s)
	p.mu.Lock()
	old := p.phones[s.ID]
	if old == nil && len(p.phones) >= maxPhones || p.closed {
		p.mu.Unlock()
		ph.end()
		return nil, errFull
	}
	p.phones[s.ID] = ph
	if old == nil {
		p.order = append(p.order, s.ID)
	}
	p.mu.Unlock()
	if old != nil {
		old.remove()
	}
	return ph, nil
}

// remove takes a phone away. It says whether there was one.
func (p *Provider) remove(id string) bool {
	p.mu.Lock()
	ph := p.phones[id]
	delete(p.phones, id)
	p.order = slices.DeleteFunc(p.order, func(other string) bool { return other == id })
	p.mu.Unlock()
	if ph == nil {
		return false
	}
	ph.remove()
	return true
}

// list returns the phones, the oldest first.
func (p *Provider) list() []State {
	p.mu.Lock()
	all := make([]*phone, 0, len(p.order))
	for _, id := range p.order {
		all = append(all, p.phones[id])
	}
	p.mu.Unlock()
	out := []State{}
	for _, ph := range all {
		out = append(out, ph.state())
	}
	return out
}
