package handset

import (
	"errors"
	"slices"
	"sync"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/jws"
	"heliograph/client"
)

// phone is one phone with the app on it.
type phone struct {
	p    *Provider
	spec Spec
	push Service

	// turn is held by whatever the person does, and by pushes that arrive: one
	// after another.
	turn   sync.Mutex
	arrive chan devices.Push
	ended  chan struct{}
	work   sync.WaitGroup

	reading sync.Mutex // held while the server is told what was read

	mu         sync.Mutex
	app        *client.Client // nil: it is suspended, or not installed
	run        int            // of the app's process; each start has another
	stirred    int            // how often it had something to do in the background
	disk       *storage
	token      string // of the push service; "": not installed
	installed  bool
	foreground bool
	network    bool
	allowed    bool // the person allows notifications
	user       string
	connection string
	typing     bool
	badge      int64
	tray       []*notice
	kept       []devices.Push // for when there is a network again
	known      map[string]bool
	log        []Line
	stopped    bool
}

// notice is a push on the screen.
type notice struct {
	push  devices.Push
	at    time.Time
	title string
}

// maxLog and maxTray bound what a phone shows.
const (
	maxLog  = 60
	maxTray = 20
	maxKept = 100
)

func newPhone(p *Provider, s Spec) *phone {
	ph := &phone{p: p, spec: s, push: p.o.Android, arrive: make(chan devices.Push, 256), ended: make(chan struct{}), network: true}
	if s.Platform == IOS {
		ph.push = p.o.IOS
	}
	ph.work.Go(ph.receive)
	return ph
}

// install puts the app on the phone, with a token of the push service. turn is
// held.
func (ph *phone) install() {
	ph.mu.Lock()
	if ph.installed || ph.stopped {
		ph.mu.Unlock()
		return
	}
	ph.disk, ph.known, ph.installed, ph.token = newStorage(), map[string]bool{}, true, ph.push.MakeToken()
	ph.user, ph.allowed, ph.foreground, ph.badge, ph.tray, ph.kept = "", false, false, 0, nil, nil
	token := ph.token
	ph.mu.Unlock()
	ph.push.Devices().Add(devices.Device{Token: token, App: ph.spec.App, Person: ph.spec.ID, Arrive: ph.came})
	ph.p.n.Add(simulator.View{SID: ph.p.n.Hex("app-"), Person: ph.spec.ID, Direction: simulator.Reply, Status: "delivered",
		From: ph.spec.App, To: ph.spec.ID, Body: ph.name() + " was installed", Content: map[string]string{"kind": "note"}})
	ph.note("%s was installed", ph.name())
}

// uninstall takes the app away. The server is not told; the push service is. turn
// is held.
func (ph *phone) uninstall() {
	ph.mu.Lock()
	token, was := ph.token, ph.installed
	ph.installed, ph.token, ph.foreground, ph.allowed, ph.user = false, "", false, false, ""
	ph.badge, ph.tray, ph.kept, ph.disk = 0, nil, nil, nil
	ph.mu.Unlock()
	ph.suspend()
	if was {
		ph.push.Devices().Remove(token, ph.p.n.Now())
		ph.note("%s was removed; its push token is dead", ph.name())
	}
}

// remove takes the phone away for good.
func (ph *phone) remove() {
	ph.turn.Lock()
	ph.uninstall()
	ph.turn.Unlock()
	ph.end()
}

// end stops everything and waits for it.
func (ph *phone) end() {
	ph.mu.Lock()
	if ph.stopped {
		ph.mu.Unlock()
		return
	}
	ph.stopped = true
	app := ph.app
	ph.mu.Unlock()
	close(ph.ended)
	if app != nil {
		_ = app.Close() // what waits for the server gives up
	}
	ph.work.Wait()
	ph.turn.Lock()
	defer ph.turn.Unlock()
	ph.suspend()
}

var (
	errNotInstalled = errors.New("the app is not installed")
	errOffline      = errors.New("the phone has no network")
)

// wake returns the running app, which is started when it was suspended. turn is
// held.
func (ph *phone) wake() (*client.Client, error) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	switch {
	case ph.stopped:
		return nil, errClosed
	case !ph.installed:
		return nil, errNotInstalled
	case !ph.network:
		return nil, errOffline
	case ph.app != nil:
		return ph.app, nil
	}
	ph.run++
	settings := client.NewSettings(ph.spec.Server, ph.spec.Integration)
	settings.Storage, settings.Listener, settings.Delegate = ph.disk, &listener{ph: ph, run: ph.run}, ph
	settings.AppID, settings.AppName, settings.AppVersion, settings.Locale = ph.spec.App, ph.name(), "1.0.0", "en"
	settings.OS, settings.OSVersion, settings.DeviceModel = "iOS", "26.1", "iPhone (simulated)"
	if ph.spec.Platform == Android {
		settings.OS, settings.OSVersion, settings.DeviceModel = "Android", "16", "Pixel (simulated)"
	}
	app, err := client.New(settings)
	if err != nil {
		return nil, err
	}
	ph.app = app
	app.SetForeground(ph.foreground)
	return app, nil
}

// suspend ends the app's process, as a phone does with one that nobody looks at.
// turn is held.
func (ph *phone) suspend() {
	ph.mu.Lock()
	app := ph.app
	ph.app, ph.connection, ph.typing = nil, "", false
	ph.run++
	ph.mu.Unlock()
	if app != nil {
		_ = app.Close()
	}
}

// suspendSoon suspends the app in a while, unless it is looked at or has been
// woken again by then.
func (ph *phone) suspendSoon() {
	ph.mu.Lock()
	ph.stirred++
	stirred := ph.stirred
	ph.mu.Unlock()
	ph.p.n.After(time.Duration(ph.p.own.Get().SuspendMs)*time.Millisecond, func() {
		ph.turn.Lock()
		defer ph.turn.Unlock()
		ph.mu.Lock()
		idle := ph.stirred == stirred && ph.app != nil && !ph.foreground
		ph.mu.Unlock()
		if idle {
			ph.suspend()
			ph.show()
		}
	})
}

// OnInvalidAuth implements client.Delegate: the brand's own server says anew who
// the person is.
func (ph *phone) OnInvalidAuth(userID string) (string, error) { return ph.proof(userID) }

// proof is a token of the brand's server; "" when it gives none.
func (ph *phone) proof(userID string) (string, error) {
	if ph.spec.KeyID == "" {
		return "", nil
	}
	now := ph.p.n.Now()
	return jws.SignHS256(ph.spec.KeyID, ph.spec.Secret, map[string]any{
		"scope": "appUser", "userId": userID, "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
}

func (ph *phone) name() string {
	if ph.spec.AppName != "" {
		return ph.spec.AppName
	}
	return ph.spec.App
}

// clip keeps the last of a list.
func clip[T any](list []T, most int) []T {
	if len(list) <= most {
		return list
	}
	return slices.Clone(list[len(list)-most:])
}
