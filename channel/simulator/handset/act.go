package handset

import (
	"errors"
	"fmt"

	"heliograph/client"
)

// What a person does with the phone. turn is held by whoever calls these.

var (
	errNoNotice  = errors.New("there is no such notification on the screen")
	errNoMessage = errors.New("there is no such message, or it has no such button")
	errClosedApp = errors.New("the app is not open")
)

// open brings the app to the screen: with its conversation, and read.
func (ph *phone) open() (*client.Client, error) {
	ph.mu.Lock()
	ph.foreground = ph.installed && ph.network
	ph.mu.Unlock()
	app, err := ph.wake()
	if err != nil {
		return nil, err
	}
	app.SetForeground(true)
	ph.mu.Lock()
	ph.badge = 0
	ph.mu.Unlock()
	if err := app.Init(); err != nil {
		ph.note("The app could not reach its server: %s", err)
	}
	ph.read(app)
	return app, nil
}

// running is the app, which must be on the screen.
func (ph *phone) running() (*client.Client, error) {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	if !ph.installed {
		return nil, errNotInstalled
	}
	if ph.app == nil || !ph.foreground {
		return nil, errClosedApp
	}
	return ph.app, nil
}

// read says that the person has read what is on the screen.
func (ph *phone) read(app *client.Client) {
	ph.reading.Lock() // what was read need not be told twice
	defer ph.reading.Unlock()
	if c := app.Conversation(); c != nil && c.Unread > 0 {
		_ = app.MarkAllAsRead()
	}
}

// home leaves the app for the home screen. The app is suspended a while later.
func (ph *phone) home() error {
	ph.mu.Lock()
	app := ph.app
	ph.foreground = false
	ph.mu.Unlock()
	if app != nil {
		app.Typing(false)
		app.SetForeground(false)
		ph.suspendSoon()
	}
	return nil
}

func (ph *phone) login(user string) error {
	app, err := ph.awake()
	if err != nil {
		return err
	}
	proof, err := ph.proof(user)
	if err == nil {
		err = app.Login(user, proof)
	}
	if err != nil {
		return err
	}
	ph.mu.Lock()
	ph.user = user
	ph.mu.Unlock()
	ph.note("Logged in as %s", user)
	return nil
}

// awake is the app, which needs not be on the screen.
func (ph *phone) awake() (*client.Client, error) {
	app, err := ph.wake()
	if err == nil {
		ph.suspendSoon()
	}
	return app, err
}

// logout ends the session; push says which pushes end.
func (ph *phone) logout(push string) error {
	app, err := ph.awake()
	if err != nil {
		return err
	}
	if err := app.Logout(push); err != nil {
		return err
	}
	ph.mu.Lock()
	ph.user = ""
	ph.mu.Unlock()
	ph.note("Logged out; pushes that end: %s", push)
	return nil
}

func (ph *phone) start() error {
	app, err := ph.awake()
	if err != nil {
		return err
	}
	if err := app.StartConversation(); err != nil {
		return err
	}
	ph.note("The conversation was started")
	return nil
}

// allow has the person allow notifications, or no more. The app registers its
// token, or takes it back.
func (ph *phone) allow(on bool) error {
	app, err := ph.awake()
	if err != nil {
		return err
	}
	ph.mu.Lock()
	ph.allowed = on
	token := ph.token
	ph.mu.Unlock()
	words := "Notifications are allowed"
	if !on {
		token, words = "", "Notifications are no longer allowed"
	}
	if err := app.SetPushToken(ph.push.Name, token, ph.spec.App, false); err != nil {
		return err
	}
	ph.note("%s", words)
	return nil
}

func (ph *phone) say(text string) error {
	app, err := ph.running()
	if err != nil {
		return err
	}
	app.Typing(false)
	_, err = app.Send(text)
	return err
}

func (ph *phone) write(on bool) error {
	app, err := ph.running()
	if err == nil {
		app.Typing(on)
	}
	return err
}

// press presses a button of a message: of one of its items when item is not
// negative. It returns where a link leads to.
func (ph *phone) press(id string, item, action int) (link string, err error) {
	app, err := ph.running()
	if err != nil {
		return "", err
	}
	a := find(app.Messages(), id, item, action)
	if a == nil {
		return "", errNoMessage
	}
	switch a.Type {
	case "reply":
		_, err = app.SendReply(a.Text, a.Payload)
	case "postback":
		err = app.Postback(a.ID)
	case "locationRequest":
		_, err = app.SendLocation(52.520008, 13.404954)
	case "link", "webview", "buy":
		return a.URI, nil
	default:
		err = fmt.Errorf("a button of type %s does nothing here", a.Type)
	}
	return "", err
}

func find(list *client.MessageList, id string, item, action int) *client.Action {
	for i := range list.Len() {
		m := list.At(i)
		if m.ID != id {
			continue
		}
		if item < 0 {
			return m.Action(action)
		}
		if it := m.Item(item); it != nil {
			return it.Action(action)
		}
	}
	return nil
}

// connect gives the phone a network, or takes it away.
func (ph *phone) connect(on bool) error {
	ph.mu.Lock()
	was, kept := ph.network, ph.kept
	ph.network = on
	if on {
		ph.kept = nil
	}
	foreground := ph.foreground
	ph.mu.Unlock()
	switch {
	case was == on:
		return nil
	case !on:
		ph.note("The network is gone")
		ph.suspend()
		return nil
	}
	ph.note("There is a network again")
	if foreground {
		if _, err := ph.open(); err != nil {
			return err
		}
	}
	for _, p := range kept {
		ph.take(p)
	}
	return nil
}

// older loads earlier messages.
func (ph *phone) older() error {
	app, err := ph.running()
	if err == nil {
		_, err = app.LoadOlder()
	}
	return err
}

func (ph *phone) consent(proactive bool) error {
	app, err := ph.awake()
	if err != nil {
		return err
	}
	if err := app.SetProactive(proactive); err != nil {
		return err
	}
	ph.note("Messages of the business's own accord: %t", proactive)
	return nil
}
