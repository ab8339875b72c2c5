// Package devices is what every played push service knows of the devices that
// it delivers to: their tokens, which of them died, and what came for them.
package devices

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"heliograph/channel/simulator"
)

// Device is an app on a phone, or a browser, as its push service knows it.
type Device struct {
	Token   string     `json:"token"`
	App     string     `json:"app,omitempty"` // bundle id or package name; "": any
	Person  string     `json:"person"`        // whose thread its pushes are on
	Gone    *time.Time `json:"gone,omitempty"`
	Made    time.Time  `json:"made"`
	Pushes  int        `json:"pushes"` // that were taken for it
	Dropped int        `json:"dropped,omitempty"`
	Last    *Push      `json:"last,omitempty"`

	// Arrive is called with every push, by several goroutines at once, and must not
	// block; nil: nobody looks at the device.
	Arrive func(Push) `json:"-"`
}

// Push is what a device gets.
type Push struct {
	Kind     string          `json:"kind"` // push, among what else threads show
	ID       string          `json:"id"`   // of the message on the thread
	Service  string          `json:"service"`
	Token    string          `json:"token"`
	Title    string          `json:"title,omitempty"`
	Body     string          `json:"body,omitempty"`
	Badge    *int64          `json:"badge,omitempty"`
	Sound    string          `json:"sound,omitempty"`
	Collapse string          `json:"collapse,omitempty"` // a later push with the same replaces it
	Priority string          `json:"priority,omitempty"`
	Expires  *time.Time      `json:"expires,omitempty"`
	Silent   bool            `json:"silent,omitempty"`  // nothing is shown
	Problem  string          `json:"problem,omitempty"` // why the device cannot use it
	Payload  json.RawMessage `json:"payload,omitempty"` // what the app is given
}

// KindPush is the kind of pushes among the contents of a thread.
const KindPush = "push"

// Registry is the devices of one service.
type Registry struct {
	n       *simulator.Network
	service string

	mu    sync.Mutex
	known map[string]*Device
	order []string // of known, the oldest first
}

// NewRegistry returns the registry of a service.
func NewRegistry(n *simulator.Network, service string) *Registry {
	return &Registry{n: n, service: service, known: map[string]*Device{}}
}

// Add makes a device known, or one that was known anew.
func (r *Registry) Add(d Device) Device {
	if d.Person == "" {
		d.Person = d.Token
	}
	if d.Made.IsZero() {
		d.Made = r.n.Now().UTC()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[d.Token] == nil {
		r.order = append(r.order, d.Token)
		if len(r.order) > r.n.Bounds().Phones {
			delete(r.known, r.order[0])
			r.order = slices.Clone(r.order[1:])
		}
	}
	r.known[d.Token] = &d
	return d
}

// Find returns a device by its token.
func (r *Registry) Find(token string) (Device, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := r.known[token]; d != nil {
		return *d, true
	}
	return Device{}, false
}

// Remove has a token die, as when the app is removed. It says whether the token
// was known and alive.
func (r *Registry) Remove(token string, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.known[token]
	if d == nil || d.Gone != nil {
		return false
	}
	at = at.UTC()
	d.Gone, d.Arrive = &at, nil
	return true
}

// List returns the devices, the newest first, limit of them.
func (r *Registry) List(limit int) []Device {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := []Device{}
	for _, token := range slices.Backward(r.order) {
		if len(out) == limit {
			break
		}
		out = append(out, *r.known[token])
	}
	return out
}

// Deliver puts a push that was taken on the thread of its device, and hands it to
// the device. app is the topic or sender that it was sent for.
func (r *Registry) Deliver(app string, p Push) Push {
	p.Kind, p.Service, p.ID = KindPush, r.service, r.n.Hex("push-")
	r.mu.Lock()
	person, arrive := p.Token, (func(Push))(nil)
	if d := r.known[p.Token]; d != nil {
		person, arrive = d.Person, d.Arrive
		d.Pushes++
		if p.Problem != "" {
			d.Dropped++
		}
		d.Last = &p
	}
	r.mu.Unlock()
	v := simulator.View{SID: p.ID, Person: person, Direction: simulator.Outbound, From: app, To: p.Token,
		Body: words(&p), Status: "delivered", Content: p}
	switch {
	case p.Problem != "":
		v.Status = "failed"
	case arrive != nil:
		v.Status = "sent" // the device says when it shows it
	}
	r.n.Add(v)
	if arrive != nil && p.Problem == "" {
		arrive(p)
	}
	return p
}

// Mark changes the status of a push on its thread, when the device tells more.
func (r *Registry) Mark(id, status string) {
	if m, ok := r.n.Find(id); ok {
		r.n.Change(m, func(v *simulator.View) { v.Status = status })
	}
}

func words(p *Push) string {
	switch {
	case p.Title == "":
		return p.Body
	case p.Body == "":
		return p.Title
	}
	return p.Title + ": " + p.Body
}
