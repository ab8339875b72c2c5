package tenant

import (
	"context"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
)

// The limits of a sender's profile, from the v1.1 API.
const (
	maxAbout       = 139
	maxProfileText = 256
	maxProfileWord = 128 // e-mail and vertical
	maxWebsites    = 2
)

// Profile returns how an integration's sender shows itself, as the provider
// tells. An integration whose channel has no such thing is an error of kind Invalid.
func (s *Service) Profile(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*channel.Profile, error) {
	p, err := s.profiler(ctx, app, id)
	if err != nil {
		return nil, err
	}
	return p.Profile(ctx)
}

// SetProfile changes the fields that are not nil, and returns the profile then.
func (s *Service) SetProfile(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, c *channel.Profile) (*channel.Profile, error) {
	p, err := s.profiler(ctx, app, id)
	if err != nil {
		return nil, err
	}
	if err := checkProfile(c); err != nil {
		return nil, err
	}
	if err := p.SetProfile(ctx, c); err != nil {
		return nil, err
	}
	return p.Profile(ctx)
}

// SetPhoto gives a sender a picture, and returns its URL as far as the provider tells.
func (s *Service) SetPhoto(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, photo *channel.Blob) (string, error) {
	p, err := s.profiler(ctx, app, id)
	if err != nil {
		return "", err
	}
	return p.SetPhoto(ctx, photo)
}

func (s *Service) profiler(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (channel.Profiler, error) {
	i, ch, _, err := s.Lookup(ctx, id)
	if err != nil {
		return nil, err
	}
	if i.App != app {
		return nil, missing()
	}
	p, ok := ch.(channel.Profiler)
	if !ok {
		return nil, heliograph.InvalidField("integrationId", "names an integration of type %s, which has no profile in this build", i.Type)
	}
	return p, nil
}

func checkProfile(p *channel.Profile) error {
	for _, f := range []struct {
		name string
		text *string
		most int
	}{
		{"about", p.About, maxAbout}, {"address", p.Address, maxProfileText}, {"description", p.Description, maxProfileText},
		{"email", p.Email, maxProfileWord}, {"vertical", p.Vertical, maxProfileWord},
	} {
		if f.text != nil && utf8.RuneCountInString(*f.text) > f.most {
			return heliograph.InvalidField(f.name, "is longer than %d characters", f.most)
		}
	}
	if len(p.Websites) > maxWebsites {
		return heliograph.InvalidField("websites", "has more than %d entries", maxWebsites)
	}
	for _, w := range p.Websites {
		if utf8.RuneCountInString(w) > maxProfileText {
			return heliograph.InvalidField("websites", "has an entry longer than %d characters", maxProfileText)
		}
		if err := checkLink("websites", w); err != nil {
			return err
		}
	}
	return nil
}
