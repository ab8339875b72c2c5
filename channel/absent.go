package channel

import (
	"context"

	"heliograph"
)

// Absent returns the channel of a type that this build knows by its settings
// alone: it sends nothing, and says so.
func Absent(t *Type) Channel { return absent{t.Name} }

type absent struct{ name string }

// Send implements Channel.
func (a absent) Send(context.Context, *Outgoing) Result {
	return Final(heliograph.ReasonNoChannel, a.why())
}

// Render implements Renderer.
func (a absent) Render(*heliograph.Content) (Rendering, error) {
	return Rendering{}, heliograph.Errorf(heliograph.Invalid, heliograph.ReasonNoChannel, "%s", a.why())
}

func (a absent) why() string { return "this build has no channel for integrations of type " + a.name }

// WithChannel returns the names of the types that are more than their settings,
// of those that want is true for; nil wants all.
func WithChannel(types []*Type, want func(*Type) bool) []string {
	var out []string
	for _, t := range types {
		if t.Open != nil && (want == nil || want(t)) {
			out = append(out, t.Name)
		}
	}
	return out
}
