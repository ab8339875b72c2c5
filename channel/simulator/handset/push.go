package handset

import (
	"slices"

	"heliograph/channel/simulator/devices"
	"heliograph/client"
)

// came takes a push from its service.
func (ph *phone) came(p devices.Push) {
	select {
	case ph.arrive <- p:
	default:
		ph.note("Too many pushes came at once: one was lost")
	}
}

// receive takes pushes in the order in which they came.
func (ph *phone) receive() {
	for {
		select {
		case p := <-ph.arrive:
			ph.turn.Lock()
			ph.take(p)
			ph.turn.Unlock()
		case <-ph.ended:
			return
		}
	}
}

// take has the phone do what it does with a push. turn is held.
func (ph *phone) take(p devices.Push) {
	ph.mu.Lock()
	installed, network := ph.installed && ph.token == p.Token, ph.network
	if installed && !network {
		// The service keeps the last of each kind until there is a network.
		ph.kept = slices.DeleteFunc(ph.kept, func(old devices.Push) bool { return p.Collapse != "" && old.Collapse == p.Collapse })
		ph.kept = clip(append(ph.kept, p), maxKept)
	}
	ph.mu.Unlock()
	switch {
	case !installed:
		return
	case !network:
		ph.show()
		return
	case p.Expires != nil && !ph.p.n.Now().Before(*p.Expires):
		ph.push.Devices().Mark(p.ID, "expired")
		ph.note("A push came too late, and was not shown")
		return
	}
	ph.push.Devices().Mark(p.ID, "delivered")
	app, err := ph.wake()
	if err != nil {
		ph.note("A push came, and the app could not be started: %s", err)
		return
	}
	message := app.HandlePush(p.Payload)
	ph.present(p, message)
	ph.suspendSoon()
	ph.show()
}

// present shows a push, as the system does unless the app is on the screen.
func (ph *phone) present(p devices.Push, message *client.PushMessage) {
	ph.mu.Lock()
	foreground, allowed := ph.foreground, ph.allowed
	ph.mu.Unlock()
	switch {
	case message == nil:
		ph.note("A push came that is not the library's")
	case foreground:
		ph.note("A push came while the app was on the screen: no banner")
	}
	if foreground || !allowed || p.Silent {
		return
	}
	ph.mu.Lock()
	ph.tray = slices.DeleteFunc(ph.tray, func(old *notice) bool { return p.Collapse != "" && old.push.Collapse == p.Collapse })
	ph.tray = clip(append(ph.tray, &notice{push: p, at: ph.p.n.Now(), title: p.Title}), maxTray)
	if p.Badge != nil {
		ph.badge = *p.Badge
	}
	ph.mu.Unlock()
	if message != nil {
		message.Displayed()
	}
	ph.note("A push was shown: %s", p.Body)
}

// tap opens a push, and with it the app. turn is held.
func (ph *phone) tap(id string) error {
	n := ph.untray(id)
	if n == nil {
		return errNoNotice
	}
	app, err := ph.open()
	if err != nil {
		return err
	}
	if message := app.HandlePush(n.push.Payload); message != nil {
		message.Tapped()
		ph.note("The push was tapped")
	}
	ph.push.Devices().Mark(n.push.ID, "read")
	return nil
}

// dismiss puts a push away. turn is held.
func (ph *phone) dismiss(id string) error {
	n := ph.untray(id)
	if n == nil {
		return errNoNotice
	}
	app, err := ph.wake()
	if err != nil {
		return err
	}
	if message := app.HandlePush(n.push.Payload); message != nil {
		message.Dismissed()
	}
	ph.note("The push was put away")
	ph.suspendSoon()
	return nil
}

// untray takes a push off the screen.
func (ph *phone) untray(id string) *notice {
	ph.mu.Lock()
	defer ph.mu.Unlock()
	i := slices.IndexFunc(ph.tray, func(n *notice) bool { return n.push.ID == id })
	if i < 0 {
		return nil
	}
	n := ph.tray[i]
	ph.tray = slices.Delete(ph.tray, i, i+1)
	return n
}
