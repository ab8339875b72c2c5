package simulator

import (
	"context"
	"io/fs"
)

// Provider is a provider that is played beside Twilio, which the package plays
// itself. It is handed in with Options.Providers, has its own package and no
// other way to the simulator than its Network.
type Provider interface {
	// Describe says what it is, always the same.
	Describe() Description
	// Join is called once, before everything else. It registers routes.
	Join(n *Network)
}

// Description is what rules, the catalogue and the page know of a provider.
type Description struct {
	Name       string      `json:"name"`    // in rules, messages and addresses, such as "acme"
	Title      string      `json:"title"`   // for people, such as "Acme SMS"
	Channel    string      `json:"channel"` // whose threads its messages are on
	Recipients []Recipient `json:"recipients"`
	Actions    []Action    `json:"actions"` // everything that a rule can do, the common ones included

	// Assets are files for the page, served below /assets/{name}/; may be nil.
	Assets fs.FS `json:"-"`
	// View is the address of a script module that shows the channel's threads on
	// the page; "": they are shown as text messages. docs/simulator.md says what
	// it exports.
	View string `json:"view,omitempty"`
	// Settings is the address of its own settings, when it has some.
	Settings string `json:"settings,omitempty"`
}

// What a provider may do besides. The simulator looks for each of these.
type (
	// Answerer is a provider of text messages that a person can answer.
	Answerer interface {
		// Answers says whether a sender is one of its own.
		Answers(sender string) bool
		// Answer tells the business what a person wrote.
		Answer(ctx context.Context, t Text) (Answered, *Problem)
	}
	// Threader has more to show of a thread than its messages.
	Threader interface{ ThreadState(person string) any }
	// Clearer forgets what DELETE /sim/messages forgets.
	Clearer interface{ Clear() }
	// Closer ends what it started by itself, a listener say.
	Closer interface{ Close() }
)

// Text is what a person sends from a phone.
type Text struct {
	Person string // the phone, as +15551230001
	To     string // the sender that is answered
	Text   string
	Media  []Media
}

// Answered is what became of a person's answer.
type Answered struct {
	Message *Message
	Webhook WebhookState
	OptOut  string // STOP, START or HELP, when it was taken for one
}

// joined is a provider with its network.
func (s *Simulator) join(list []Provider) {
	for _, p := range list {
		d := p.Describe()
		n := &Network{s: s, provider: p, name: d.Name, channel: d.Channel,
			words: newVocabulary(d.Name, d.Recipients, d.Actions)}
		s.networks = append(s.networks, n)
		p.Join(n)
	}
}

func (s *Simulator) vocabularies() []*vocabulary {
	out := []*vocabulary{s.texts}
	for _, n := range s.networks {
		out = append(out, n.words)
	}
	return out
}

func (s *Simulator) descriptions() []Description {
	out := []Description{{Name: twilio, Title: "Twilio", Channel: ChannelSMS, Recipients: Recipients(), Actions: Actions()}}
	for _, n := range s.networks {
		out = append(out, n.provider.Describe())
	}
	return out
}
