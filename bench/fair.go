package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// fairness queues a campaign of one app, and times what others send meanwhile.
func (b *bench) fairness() error {
	s, err := b.newSite(siteOptions{})
	if err != nil {
		return err
	}
	defer s.close()
	s.prov.latency.Store(int64(20 * time.Millisecond))
	other := *s
	if other.app, other.auth, err = s.newApp("another"); err != nil {
		return err
	}
	if other.integration, err = s.newIntegration(other.app, other.auth, 2); err != nil {
		return err
	}
	queued, err := s.campaign(100_000)
	if err != nil {
		return err
	}
	// Slow enough to be a customer's ordinary day, and to be taken for what it is.
	const rate = 50
	loads := map[string]*load{
		"other": s.notifications(post{app: other.app, auth: other.auth, integration: func(int64) string { return other.integration }, text: marked("other"), users: 1000}),
		"own":   s.notifications(post{text: marked("own"), users: 1_000_000}),
	}
	for _, l := range loads {
		l.rate, l.conns = rate, 8
		l.start(b.ctx)
	}
	left := queued - s.prov.count.Load()
	err = pause(b.ctx, max(b.length(), 10*time.Second))
	after := queued + loads["own"].accepted.Load() + loads["other"].accepted.Load() - s.prov.count.Load()
	for _, l := range loads {
		l.stop()
	}
	if err != nil {
		return err
	}
	note := fmt.Sprintf("%d of %d were queued at first, %d at the end", left, queued, after)
	for kind, name := range map[string]string{"other": "another app's notification", "own": "a transactional one of the same app"} {
		took := s.prov.seen.take(kind)
		slices.Sort(took)
		if n := loads[kind].accepted.Load(); int64(len(took)) < n*9/10 {
			b.report.atMost(name+", accepted to provider", 1e6, "ms", 1000, 0, fmt.Sprintf("only %d of %d arrived", len(took), n))
			continue
		}
		b.report.atMost(name+", accepted to provider, p99", millis(quantile(took, 0.99)), "ms", 1000, 0, fmt.Sprintf("p50 %.1f ms; %s", millis(quantile(took, 0.5)), note))
	}
	return nil
}

// marked returns texts whose way to the provider is timed.
func marked(kind string) func(int64) string {
	return func(int64) string {
		return mark + strconv.FormatInt(time.Now().UnixNano(), 10) + "-" + kind + " is what this is about."
	}
}

// campaign queues n marketing messages through the bulk endpoint, and returns
// how many were accepted.
func (s *site) campaign(n int) (int64, error) {
	var accepted int64
	for from := 0; from < n; from += 10_000 {
		var body bytes.Buffer
		for i := from; i < min(n, from+10_000); i++ {
			fmt.Fprintf(&body, `{"destination":{"integrationId":"%s","destinationId":"%s"},"author":{"role":"appMaker"},"category":"marketing","message":{"type":"text","text":"Ten percent off everything, this week only."},"idempotencyKey":"campaign-%d"}`+"\n",
				s.integration, phone(int64(2_000_000+i)), i)
		}
		ok, err := s.bulk(&body)
		if err != nil {
			return accepted, err
		}
		accepted += ok
	}
	return accepted, nil
}

func (s *site) bulk(body *bytes.Buffer) (accepted int64, err error) {
	ctx, cancel := context.WithTimeout(s.b.ctx, 2*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.prog.addr+"/v1.1/apps/"+s.app+"/notifications/bulk", body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", s.auth)
	req.Header.Set("Content-Type", "application/x-ndjson")
	text, err := answer(req)
	return int64(bytes.Count(text, []byte(`"status":201`))), err
}
