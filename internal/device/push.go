package device

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"heliograph"
)

// Bounds of where a device takes pushes.
const (
	maxPushToken = 4096
	maxPushApp   = 255
)

// SetPush has a device take pushes at p from now on. Another device of the app
// that had the token takes none any more.
func (s *Service) SetPush(ctx context.Context, of *Session, p heliograph.Push) error {
	if err := checkPush(of.Client.Platform, &p); err != nil {
		return err
	}
	p.At = s.now()
	return s.change(ctx, of, func(ctx context.Context, c *heliograph.Client) error {
		if have := c.Details.Device.Push; have != nil && samePush(have, &p) {
			return nil
		}
		if err := s.takeToken(ctx, c, p.Token); err != nil {
			return err
		}
		c.Details.Device.Push = &p
		return s.Clients.Save(ctx, c)
	})
}

func samePush(a, b *heliograph.Push) bool {
	return a.Service == b.Service && a.Token == b.Token && a.App == b.App && a.Sandbox == b.Sandbox && slices.Equal(a.Topics, b.Topics)
}

// takeToken takes a token away from every other client of the app.
func (s *Service) takeToken(ctx context.Context, c *heliograph.Client, token string) error {
	have, err := s.Devices.ByPush(ctx, c.App, token)
	if err != nil {
		return err
	}
	for i := range have {
		if other := &have[i]; other.ID != c.ID {
			d := *other.Details.Device
			d.Push = nil
			other.Details.Device = &d
			if err := s.Clients.Save(ctx, other); err != nil {
				return err
			}
			s.Forget(other.ID)
		}
	}
	return nil
}

// RemovePush has a device take no pushes any more.
func (s *Service) RemovePush(ctx context.Context, of *Session) error {
	return s.change(ctx, of, func(ctx context.Context, c *heliograph.Client) error {
		if c.Details.Device.Push == nil {
			return nil
		}
		c.Details.Device.Push = nil
		return s.Clients.Save(ctx, c)
	})
}

// checkPush checks where a device of a platform wants pushes, and sets what is
// not told.
func checkPush(platform string, p *heliograph.Push) error {
	services := []heliograph.PushService{heliograph.PushAPNs, heliograph.PushFCM}
	switch platform {
	case heliograph.PlatformWeb:
		services = []heliograph.PushService{heliograph.PushWeb}
	case heliograph.PlatformAndroid:
		services = []heliograph.PushService{heliograph.PushFCM}
	}
	switch {
	case p.Service == "":
		return heliograph.InvalidField("service", "is required")
	case !slices.Contains(services, p.Service):
		return heliograph.InvalidField("service", "must be one of %v for a device of type %s", services, platform)
	case p.Token == "":
		return heliograph.InvalidField("token", "is required")
	case len(p.Token) > maxPushToken || !storable(p.Token):
		return heliograph.InvalidField("token", "must be UTF-8 of at most %d bytes", maxPushToken)
	case len(p.App) > maxPushApp || !storable(p.App):
		return heliograph.InvalidField("app", "must be UTF-8 of at most %d bytes", maxPushApp)
	case p.Service == heliograph.PushWeb:
		if err := checkSubscription(p.Token); err != nil {
			return err
		}
	}
	return checkTopics(p)
}

func checkTopics(p *heliograph.Push) error {
	if p.Topics == nil {
		p.Topics = []heliograph.Topic{heliograph.TopicAgent, heliograph.TopicProactive}
	}
	if len(p.Topics) == 0 {
		return heliograph.InvalidField("topics", "must not be empty; to take no pushes, remove them")
	}
	p.Topics = slices.Clone(p.Topics)
	slices.Sort(p.Topics)
	p.Topics = slices.Compact(p.Topics)
	for _, t := range p.Topics {
		if t != heliograph.TopicAgent && t != heliograph.TopicProactive {
			return heliograph.InvalidField("topics", "must be of agent and proactive")
		}
	}
	return nil
}

// checkSubscription checks a browser's push subscription (the Push API's JSON).
func checkSubscription(text string) error {
	var sub struct {
		Endpoint string
		Keys     struct{ P256DH, Auth string }
	}
	if json.Unmarshal([]byte(text), &sub) != nil {
		return heliograph.InvalidField("token", "must be the browser's subscription as JSON text")
	}
	u, err := url.Parse(sub.Endpoint)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return heliograph.InvalidField("token", "must have an https endpoint")
	}
	if sub.Keys.P256DH == "" || sub.Keys.Auth == "" {
		return heliograph.InvalidField("token", "must have the keys p256dh and auth")
	}
	return nil
}
