package push

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Service takes pushes to devices.
type Service interface {
	Push(ctx context.Context, out *channel.Outgoing, n *Note) channel.Result
}

// Missing is a service that cannot be used, and says why.
type Missing string

// Push implements Service.
func (m Missing) Push(context.Context, *channel.Outgoing, *Note) channel.Result {
	return channel.Final(heliograph.ReasonUnauthorized, string(m))
}

// Sender is the channel of devices that run our SDK. The conversation holds the
// message, and the SDK shows it; what is sent is a push, where the device takes
// one.
type Sender struct {
	Services map[heliograph.PushService]Service
	// Proxy, when it is not nil, takes all pushes instead.
	Proxy Service
	Clock heliograph.Clock
	// Ask checks the integration's own credentials with the provider; nil: it has
	// none.
	Ask func(context.Context) error
}

// Send implements channel.Channel. A device that takes no push has the message
// as soon as it is in the conversation.
func (s *Sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	if _, err := s.Render(out.Content); err != nil {
		e := heliograph.AsError(err)
		return channel.Final(e.Code, e.Message)
	}
	if out.About == nil || out.About.Push == nil {
		return channel.Accepted(0)
	}
	service := s.Proxy
	if service == nil {
		service = s.Services[out.About.Push.Service]
	}
	if service == nil {
		return channel.Final(heliograph.ReasonUnauthorized, "an integration of this type sends no pushes through the service that the device names")
	}
	n, ok := Compose(out, s.Clock())
	if !ok {
		return channel.Final(heliograph.ReasonExpired, "it expired before it could be sent")
	}
	return service.Push(ctx, out, n)
}

// Render implements channel.Renderer.
func (s *Sender) Render(c *heliograph.Content) (channel.Rendering, error) {
	if c.Native != nil && c.Native.Fallback == "" && !c.Native.Rebuilt {
		return channel.Rendering{}, heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage,
			"this channel cannot carry a message of the %s schema, and it has no fallback", c.Native.Schema)
	}
	r := channel.Rendering{Text: Body(c), Parts: 1}
	if c.MediaURL != "" {
		r.Media = []string{c.MediaURL}
	}
	if c.Native != nil && !c.Native.Rebuilt {
		r.Notes = append(r.Notes, "the "+c.Native.Schema+" message is replaced by its fallback")
	}
	if c.Type != heliograph.TextMessage || len(c.Actions) > 0 {
		r.Notes = append(r.Notes, "the text is what a push says; the messenger shows all of the message")
	}
	return r, nil
}

// Verify implements channel.Verifier.
func (s *Sender) Verify(ctx context.Context) (map[string]string, error) {
	if s.Ask == nil {
		return nil, nil
	}
	return nil, s.Ask(ctx)
}

// TooLong is the result of a push that cannot be made to fit.
func TooLong() channel.Result {
	return channel.Final(heliograph.ReasonContentTooLong, "it is too large for a push")
}

// Dead is the result of a push to a token that is no longer one: it is dropped.
func Dead(reply channel.Reply, code, message string) channel.Result {
	r := channel.Final(heliograph.ReasonDevice, message)
	r.Gone, r.HTTPStatus, r.ProviderCode = true, reply.Status, code
	return r
}

var (
	_ channel.Channel  = (*Sender)(nil)
	_ channel.Renderer = (*Sender)(nil)
	_ channel.Verifier = (*Sender)(nil)
)
