package template

import (
	"context"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
)

const (
	refreshEvery = 6 * time.Hour
	retryAfter   = 10 * time.Minute
	// takes is how long one integration may be asked; no other process asks for
	// it meanwhile.
	takes = 2 * time.Minute
	// atOnce is how many integrations one turn of Refresh asks for.
	atOnce = 10
	// maxDefinitions and maxPages bound what is kept of one integration.
	maxDefinitions = 5000
	maxPages       = 100
)

// definitions are an integration's, by name and language.
type definitions map[string]*channel.Template

func keyOf(name, language string) string {
	return name + "\x00" + strings.ToLower(strings.ReplaceAll(language, "-", "_"))
}

// find returns the definition of a template in a language.
func (d definitions) find(name, language string) *channel.Template { return d[keyOf(name, language)] }

// Shown returns c as the person will see it: a provider's template with its words
// in place. c itself is returned when it uses none, or when the definition is not
// known. It asks no provider and never fails.
func (s *Service) Shown(ctx context.Context, id heliograph.IntegrationID, c *heliograph.Content) *heliograph.Content {
	if c.Native == nil || c.Native.Rebuilt || c.Native.Template == nil {
		return c
	}
	i, ch, t, err := s.Integrations.Lookup(ctx, id)
	if err != nil || t.Schema != c.Native.Schema {
		return c
	}
	rebuilder, ok := ch.(channel.Templater)
	if !ok {
		return c
	}
	known, err := s.known.Get(id, func() (definitions, error) { return s.load(ctx, i) })
	if err != nil {
		s.Log.Warn("a template is not shown with its words", "integration", id, "err", err)
		return c
	}
	shown, ok := rebuilder.Rebuild(c.Native, known.find)
	if !ok {
		return c
	}
	return rebuilt(c, shown, s.IDs)
}

func (s *Service) load(ctx context.Context, i *heliograph.Integration) (definitions, error) {
	all, err := s.Definitions.Of(ctx, i.App, i.ID)
	if err != nil {
		return nil, err
	}
	out := make(definitions, len(all))
	for _, t := range all {
		out[keyOf(t.Name, t.Language)] = t
	}
	return out, nil
}

// rebuilt is c with what is shown of it.
func rebuilt(c, shown *heliograph.Content, ids *heliograph.IDMaker) *heliograph.Content {
	out, native := *c, *c.Native
	native.Rebuilt = true
	out.Native = &native
	out.Type, out.Text, out.Actions, out.Items = shown.Type, cut(shown.Text), shown.Actions, shown.Items
	out.MediaURL, out.MediaType, out.AltText = shown.MediaURL, shown.MediaType, shown.AltText
	out.Coordinates, out.Venue = shown.Coordinates, shown.Venue
	for i := range out.Actions {
		if out.Actions[i].ID == "" {
			out.Actions[i].ID = ids.Hex()
		}
	}
	return &out
}

// cut bounds a text as messages are.
func cut(text string) string {
	if len(text) <= heliograph.MaxTextRunes {
		return text
	}
	if r := []rune(text); len(r) > heliograph.MaxTextRunes {
		return string(r[:heliograph.MaxTextRunes])
	}
	return text
}

// Refresh asks providers for the definitions that are due, and reports whether
// more may be. One that cannot be asked is asked again later.
func (s *Service) Refresh(ctx context.Context) (more bool, err error) {
	for _, t := range s.Types {
		if t.Schema == "" {
			continue // messages of such a channel use no templates
		}
		due, err := s.Definitions.Due(ctx, t.Name, s.at(), atOnce)
		if err != nil {
			return false, err
		}
		for _, from := range due {
			if err := s.refresh(ctx, from); err != nil {
				return false, err
			}
		}
		more = more || len(due) == atOnce
	}
	return more, nil
}

func (s *Service) refresh(ctx context.Context, from Source) error {
	claim := s.at().Add(takes)
	if err := s.Definitions.Schedule(ctx, from, claim); err != nil {
		return err
	}
	from.Claimed = claim
	all, err := s.ask(ctx, from.Integration)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		err = s.Definitions.Replace(ctx, from, all, s.at().Add(refreshEvery))
		s.known.Drop(from.Integration)
		return err
	}
	next := retryAfter
	if heliograph.IsKind(err, heliograph.Invalid) || heliograph.IsKind(err, heliograph.NotFound) {
		next = refreshEvery // it is not set up for this; a change of its settings makes it due
	} else {
		s.Log.Warn("a provider's templates cannot be read; they will be asked for again", "integration", from.Integration, "err", err)
	}
	return s.Definitions.Schedule(ctx, from, s.at().Add(next))
}

// ask reads all of an integration's templates from its provider.
func (s *Service) ask(ctx context.Context, id heliograph.IntegrationID) (all []*channel.Template, err error) {
	_, ch, _, err := s.Integrations.Lookup(ctx, id)
	if err != nil {
		return nil, err
	}
	t, ok := ch.(channel.Templater)
	if !ok {
		return nil, errNoTemplater()
	}
	ctx, cancel := context.WithTimeout(ctx, takes)
	defer cancel()
	cursor := ""
	for range maxPages {
		page, next, err := t.Templates(ctx, cursor)
		if err != nil {
			return nil, err
		}
		for i := range page {
			all = append(all, &page[i])
		}
		if next == "" || next == cursor || len(all) >= maxDefinitions {
			break
		}
		cursor = next
	}
	return all[:min(len(all), maxDefinitions)], nil
}

// Changed says that some of an integration's templates are not what they were:
// they are asked for again soon.
func (s *Service) Changed(ctx context.Context, i *heliograph.Integration) error {
	return s.Definitions.Schedule(ctx, Source{App: i.App, Integration: i.ID, Settings: i.Updated}, s.at())
}

func errNoTemplater() error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "this integration's channel has no message templates of its provider")
}
