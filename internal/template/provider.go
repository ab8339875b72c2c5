package template

import (
	"context"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// maxWalk bounds how many pages of the provider one call reads.
const maxWalk = 30

// Query selects a page of a provider's templates. Cursors are those of a Page.
type Query struct {
	Status        string // "" all
	Limit         int
	After, Before string
}

// Page is a page of a provider's templates, in the provider's order.
type Page struct {
	Templates     []channel.Template
	After, Before string // cursors of the page's ends; "" when it is empty
	More          bool   // something follows
}

// templater returns an app's integration and its ability to keep templates.
func (s *Service) templater(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, channel.Templater, error) {
	i, ch, _, err := s.Integrations.Lookup(ctx, id)
	if err == nil && i.App != app {
		err = heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
	}
	if err != nil {
		return nil, nil, err
	}
	t, ok := ch.(channel.Templater)
	if !ok {
		return nil, nil, errNoTemplater()
	}
	return i, t, nil
}

// Provided returns a page of the templates that an integration's provider keeps.
func (s *Service) Provided(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, q Query) (*Page, error) {
	if q.After != "" && q.Before != "" {
		return nil, heliograph.InvalidField("after", "must not be given together with before")
	}
	_, t, err := s.templater(ctx, app, id)
	if err != nil {
		return nil, err
	}
	at, err := parsePlace("after", q.After)
	if err != nil {
		return nil, err
	}
	end, err := parsePlace("before", q.Before)
	if err != nil {
		return nil, err
	}
	w := walk{from: t, query: q, end: end}
	if err := w.read(ctx, at); err != nil {
		return nil, err
	}
	return w.page(), nil
}

// place is a place between a provider's templates: how many of the page that
// begins at a cursor come before it.
type place struct {
	cursor string
	skip   int
}

func (p place) String() string { return strconv.Itoa(p.skip) + "." + p.cursor }

func parsePlace(field, text string) (place, error) {
	if text == "" {
		return place{}, nil
	}
	skip, cursor, ok := strings.Cut(text, ".")
	n, err := strconv.Atoi(skip)
	if !ok || err != nil || n < 0 || n > 10_000 || len(text) > heliograph.MaxURLBytes {
		return place{}, heliograph.InvalidField(field, "must be a cursor from an answer of this server")
	}
	return place{cursor, n}, nil
}

// walk reads a provider's templates from a place on, to the end of a page or to
// another place.
type walk struct {
	from  channel.Templater
	query Query
	end   place

	found []walked
	more  bool
}

type walked struct {
	template   channel.Template
	from, past place
}

func (w *walk) read(ctx context.Context, at place) error {
	for range maxWalk {
		page, next, err := w.from.Templates(ctx, at.cursor)
		if err != nil {
			return err
		}
		for i := at.skip; i < len(page); i++ {
			here, past := place{at.cursor, i}, place{at.cursor, i + 1}
			if past.skip == len(page) && next != "" {
				past = place{next, 0}
			}
			if w.take(walked{page[i], here, past}) {
				return nil
			}
		}
		if next == "" || next == at.cursor {
			return nil
		}
		at = place{next, 0}
	}
	return nil
}

// take adds one template and reports whether that is all.
func (w *walk) take(t walked) (done bool) {
	if w.query.Before != "" && t.from == w.end {
		w.more = true
		return true
	}
	if w.query.Status != "" && !strings.EqualFold(t.template.Status, w.query.Status) {
		return false
	}
	if len(w.found) == w.query.Limit {
		if w.query.Before == "" {
			w.more = true
			return true
		}
		w.found = w.found[1:] // the last ones before the place are wanted
	}
	w.found = append(w.found, t)
	return false
}

func (w *walk) page() *Page {
	out := &Page{More: w.more, Templates: make([]channel.Template, len(w.found))}
	for i := range w.found {
		out.Templates[i] = w.found[i].template
	}
	if n := len(w.found); n > 0 {
		out.Before, out.After = w.found[0].from.String(), w.found[n-1].past.String()
	}
	return out
}

// Propose hands a template to an integration's provider, which reviews it.
func (s *Service) Propose(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, t *channel.Template) (*channel.Template, error) {
	i, provider, err := s.templater(ctx, app, id)
	if err != nil {
		return nil, err
	}
	if err := checkProposal(t); err != nil {
		return nil, err
	}
	out, err := provider.CreateTemplate(ctx, t)
	if err != nil {
		return nil, err
	}
	return out, s.Changed(ctx, i)
}

// Withdraw removes a template from an integration's provider, in all its languages.
func (s *Service) Withdraw(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, name string) error {
	i, provider, err := s.templater(ctx, app, id)
	if err != nil {
		return err
	}
	if err := provider.DeleteTemplate(ctx, name); err != nil {
		return err
	}
	return s.Changed(ctx, i)
}
