package main

import (
	"fmt"

	"github.com/valyala/fasthttp"
)

// home is one app with its integrations and its webhook.
type home struct {
	app, auth    string
	integrations []string
}

// lanes compares 5,000 integrations with as few as there are apps. Both halves
// send for every app, so that they differ in the lanes alone; the recipients of
// an app are its own.
func (b *bench) lanes() error {
	const apps, each = 25, 200 // an app may have no more
	s, err := b.newSite(siteOptions{})
	if err != nil {
		return err
	}
	defer s.close()
	homes := make([]home, apps)
	for i := range homes {
		if homes[i], err = s.newHome(i, each); err != nil {
			return err
		}
	}
	i, err := b.compare(func(all bool) (float64, error) {
		n := 1
		if all {
			n = each
		}
		f, err := s.measure(s.spread(homes, n), s.hook.channel.Load)
		return f.rate, err
	})
	if err == nil {
		b.report.pairs(fmt.Sprintf("rate with %d lanes, to %d", apps*each, apps), i, 0.90, false, fmt.Sprintf("in %d apps", apps))
	}
	return err
}

func (s *site) newHome(n, integrations int) (h home, err error) {
	if h.app, h.auth, err = s.newApp(fmt.Sprintf("lanes %d", n)); err != nil {
		return h, err
	}
	for i := range integrations {
		id, err := s.newIntegration(h.app, h.auth, n*integrations+i+2)
		if err != nil {
			return h, err
		}
		h.integrations = append(h.integrations, id)
	}
	return h, s.newWebhook(h.app, h.auth, s.hook, deliveryTriggers)
}

// spread returns a load over all homes and the first lanes of each. A recipient
// has one lane, whichever notification it is.
func (s *site) spread(homes []home, lanes int) *load {
	posts := make([]func(int, int64, *fasthttp.Request), len(homes))
	var l *load
	for i, h := range homes {
		ids := h.integrations[:lanes]
		l = s.notifications(post{app: h.app, auth: h.auth, integration: func(n int64) string {
			return ids[recipient(n, int64(s.b.users))%int64(len(ids))]
		}})
		posts[i] = l.fill
	}
	l.fill = func(w int, n int64, req *fasthttp.Request) {
		posts[recipient(n, int64(s.b.users))%int64(len(posts))](w, n, req)
	}
	return l
}
