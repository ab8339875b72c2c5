package handset

import (
	"fmt"
	"time"

	"heliograph/client"
)

// State is what a phone shows.
type State struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Platform    string `json:"platform"`
	App         string `json:"app"`
	AppName     string `json:"appName"`
	Server      string `json:"server"`
	Integration string `json:"integration"`

	Installed  bool   `json:"installed"`
	Foreground bool   `json:"foreground"` // the app is on the screen
	Network    bool   `json:"network"`
	Allowed    bool   `json:"allowed"` // notifications
	Running    bool   `json:"running"` // the app's process; suspended apps run no more
	Connection string `json:"connection,omitempty"`
	Token      string `json:"token,omitempty"`
	Device     string `json:"device,omitempty"`  // the library's id
	Waiting    int    `json:"waiting,omitempty"` // pushes that wait for a network

	User      string   `json:"user,omitempty"` // who logged in, by the business's name
	UserID    string   `json:"userId,omitempty"`
	Proactive bool     `json:"proactive"`
	Started   bool     `json:"started"`
	Unread    int64    `json:"unread"`
	Badge     int64    `json:"badge"`
	Typing    bool     `json:"typing"`
	Tray      []Notice `json:"tray"`
	Messages  []Said   `json:"messages"`
	Older     bool     `json:"older"`
	Log       []Line   `json:"log"`
}

// Notice is a push on the screen.
type Notice struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Body  string    `json:"body"`
	At    time.Time `json:"at"`
}

// Said is a message of the conversation as the app shows it.
type Said struct {
	ID       string    `json:"id,omitempty"`
	Key      string    `json:"key,omitempty"` // of what waits to be sent
	Mine     bool      `json:"mine"`
	Name     string    `json:"name,omitempty"`
	Type     string    `json:"type"`
	Text     string    `json:"text,omitempty"`
	MediaURL string    `json:"mediaUrl,omitempty"`
	AltText  string    `json:"altText,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Actions  []Button  `json:"actions,omitempty"`
	Items    []Card    `json:"items,omitempty"`
}

// Button is an action of a message.
type Button struct {
	Type string `json:"type"`
	Text string `json:"text"`
	URI  string `json:"uri,omitempty"`
}

// Card is an item of a message.
type Card struct {
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	MediaURL    string   `json:"mediaUrl,omitempty"`
	Actions     []Button `json:"actions,omitempty"`
}

// Line is something that happened on the phone.
type Line struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// maxShown is how many messages the screen has.
const maxShown = 200

// note puts a line into what happened.
func (ph *phone) note(format string, values ...any) {
	line := Line{ph.p.n.Now().UTC(), fmt.Sprintf(format, values...)}
	ph.mu.Lock()
	ph.log = clip(append(ph.log, line), maxLog)
	ph.mu.Unlock()
}

// show tells everybody who looks on how the phone is now.
func (ph *phone) show() {
	ph.p.n.Publish("thread", map[string]any{"channel": "app", "person": ph.spec.ID, "state": ph.state()})
}

func (ph *phone) state() State {
	ph.mu.Lock()
	s := State{
		ID: ph.spec.ID, Title: ph.spec.Title, Platform: ph.spec.Platform, App: ph.spec.App, AppName: ph.name(),
		Server: ph.spec.Server, Integration: ph.spec.Integration,
		Installed: ph.installed, Foreground: ph.foreground, Network: ph.network, Allowed: ph.allowed,
		Running: ph.app != nil, Connection: ph.connection, Token: ph.token, Waiting: len(ph.kept),
		User: ph.user, Proactive: true, Badge: ph.badge, Typing: ph.typing,
		Tray: []Notice{}, Messages: []Said{}, Log: append([]Line{}, ph.log...),
	}
	for _, n := range ph.tray {
		s.Tray = append(s.Tray, Notice{n.push.ID, n.title, n.push.Body, n.at.UTC()})
	}
	app := ph.app
	ph.mu.Unlock()
	if s.Title == "" {
		s.Title = s.ID
	}
	if app != nil {
		s.ofApp(app)
	}
	return s
}

// ofApp adds what the library knows.
func (s *State) ofApp(app *client.Client) {
	s.Device, s.Proactive, s.Older = app.DeviceID(), app.Proactive(), app.HasOlder()
	if u := app.User(); u != nil {
		s.UserID = u.ID
		if u.UserID != "" {
			s.User = u.UserID
		}
	}
	if c := app.Conversation(); c != nil {
		s.Started, s.Unread = true, c.Unread
	}
	all := app.Messages()
	for i := max(0, all.Len()-maxShown); i < all.Len(); i++ {
		s.Messages = append(s.Messages, said(all.At(i)))
	}
	unsent := app.Unsent()
	for i := range unsent.Len() {
		s.Messages = append(s.Messages, said(unsent.At(i)))
	}
}

func said(m *client.Message) Said {
	out := Said{ID: m.ID, Mine: m.Role == client.RoleUser, Name: m.Name, Type: m.Type, Text: m.Text, MediaURL: m.MediaURL, AltText: m.AltText}
	if m.ID == "" {
		out.Key = m.Key
	}
	if at := m.Received(); at != 0 {
		out.At = time.UnixMilli(at).UTC()
	}
	for i := range m.ActionCount() {
		out.Actions = append(out.Actions, button(m.Action(i)))
	}
	for i := range m.ItemCount() {
		item := m.Item(i)
		card := Card{Title: item.Title, Description: item.Description, MediaURL: item.MediaURL}
		for k := range item.ActionCount() {
			card.Actions = append(card.Actions, button(item.Action(k)))
		}
		out.Items = append(out.Items, card)
	}
	return out
}

func button(a *client.Action) Button { return Button{a.Type, a.Text, a.URI} }
