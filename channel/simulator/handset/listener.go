package handset

import (
	"heliograph/channel/simulator"
	"heliograph/client"
)

// listener is told by the library what happens to one process of the app.
type listener struct {
	client.BaseListener
	ph  *phone
	run int
}

// current says whether the app still runs, and returns it.
func (l *listener) current() (*client.Client, bool) {
	l.ph.mu.Lock()
	defer l.ph.mu.Unlock()
	return l.ph.app, l.ph.run == l.run && l.ph.app != nil
}

// OnMessages implements client.Listener.
func (l *listener) OnMessages(list *client.MessageList, _ bool) {
	for i := range list.Len() {
		l.ph.logged(list.At(i))
	}
	l.reading()
	l.ph.show()
}

// reading has the person read what comes onto the screen.
func (l *listener) reading() {
	app, ok := l.current()
	l.ph.mu.Lock()
	foreground := l.ph.foreground
	l.ph.mu.Unlock()
	if ok && foreground {
		l.ph.p.n.After(0, func() { l.ph.read(app) })
	}
}

// OnMessageChanged implements client.Listener.
func (l *listener) OnMessageChanged(*client.Message) { l.ph.show() }

// OnMessageRemoved implements client.Listener.
func (l *listener) OnMessageRemoved(string) { l.ph.show() }

// OnConversation implements client.Listener.
func (l *listener) OnConversation(*client.Conversation) {
	l.reading()
	l.ph.show()
}

// OnTyping implements client.Listener.
func (l *listener) OnTyping(t *client.Typing) {
	l.ph.mu.Lock()
	l.ph.typing = t.On && l.ph.run == l.run
	l.ph.mu.Unlock()
	l.ph.show()
}

// OnUser implements client.Listener.
func (l *listener) OnUser(*client.User) { l.ph.show() }

// OnSent implements client.Listener.
func (l *listener) OnSent(_ string, m *client.Message) {
	l.ph.logged(m)
	l.ph.show()
}

// OnSendFailed implements client.Listener.
func (l *listener) OnSendFailed(_, code, description string) {
	l.ph.note("A message was not sent: %s, %s", code, description)
	l.ph.show()
}

// OnConnection implements client.Listener.
func (l *listener) OnConnection(state, transport string) {
	words := state
	if transport != "" {
		words += " by " + transport
	}
	l.ph.mu.Lock()
	if l.ph.run == l.run {
		l.ph.connection = words
	}
	l.ph.mu.Unlock()
	l.ph.show()
}

// logged puts a message that came into the app on the phone's thread, once.
func (ph *phone) logged(m *client.Message) {
	ph.mu.Lock()
	isNew := ph.known != nil && !ph.known[m.ID]
	if isNew {
		if len(ph.known) > 5000 {
			clear(ph.known)
		}
		ph.known[m.ID] = true
	}
	ph.mu.Unlock()
	if !isNew {
		return
	}
	v := simulator.View{SID: ph.p.n.Hex("app-"), Person: ph.spec.ID, Direction: simulator.Reply, Status: "delivered",
		From: ph.name(), To: ph.spec.ID, Body: words(m), Content: map[string]string{"kind": "message", "message": m.ID}}
	if m.Role == client.RoleUser {
		v.Direction, v.From, v.To, v.Status = simulator.Inbound, ph.spec.ID, ph.name(), "received"
	}
	ph.p.n.Add(v)
}

// words is a message in one line.
func words(m *client.Message) string {
	if m.Text != "" {
		return m.Text
	}
	if m.AltText != "" {
		return m.AltText
	}
	return "[" + m.Type + "]"
}
