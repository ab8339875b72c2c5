package main

import (
	"fmt"
	"time"
)

// j1Floors are what J1 must reach on a database.
type j1Floors struct{ must, aim float64 }

func (b *bench) j1SQLite() error {
	return b.j1(siteOptions{}, j1Floors{0.40, 0.55})
}

func (b *bench) j1Postgres() error {
	return b.j1(siteOptions{postgres: true}, j1Floors{0.30, 0.40})
}

// j1 measures the way of a notification: accepted and durable, sent to the
// provider, its status stored, the webhook told.
func (b *bench) j1(o siteOptions, floors j1Floors) error {
	s, err := b.newSite(o)
	if err != nil {
		return err
	}
	defer s.close()
	var rates, cpu, p50, p99 []float64
	err = b.against("C3", ceilings.c3, floors.must, floors.aim, func() (float64, error) {
		f, err := s.measure(s.notifications(post{}), s.hook.channel.Load)
		if err != nil {
			return 0, err
		}
		b.say("%.0f/s, accepted %.0f/s, %.3f CPU-s/1,000, accept p50 %v p99 %v", f.rate, f.accepted, f.cpu, f.p50, f.p99)
		rates, cpu = append(rates, f.rate), append(cpu, f.cpu)
		p50, p99 = append(p50, millis(f.p50)), append(p99, millis(f.p99))
		return f.rate, nil
	})
	if err != nil {
		return err
	}
	rate := median(rates)
	b.report.plain("rate, end to end", rate, "/s", "")
	b.report.atMost("CPU of the server per 1,000", median(cpu), "s", 0.20, 0.12, "")
	b.report.plain("accept p50, saturated", median(p50), "ms", "")
	b.report.atMost("accept p99, saturated", median(p99), "ms", 20, 0, "")
	if b.quick {
		return nil
	}
	if err := b.j1Quarter(s, rate/4); err != nil {
		return err
	}
	if err := b.j1Slow(s); err != nil {
		return err
	}
	return b.j1Receipts(s)
}

// j1Quarter measures accepting at a quarter of the load, with an open loop.
func (b *bench) j1Quarter(s *site, rate float64) error {
	l := s.notifications(post{})
	l.rate = rate
	f, err := s.measure(l, s.hook.channel.Load)
	if err != nil {
		return err
	}
	b.report.plain("accept p50, a quarter of the load", millis(f.p50), "ms", fmt.Sprintf("%.0f/s", rate))
	b.report.atMost("accept p99, a quarter of the load", millis(f.p99), "ms", 6, 0, "")
	return nil
}

// j1Slow compares a provider that takes 50 ms with one that takes none.
func (b *bench) j1Slow(s *site) error {
	i, err := b.compare(func(slow bool) (float64, error) {
		if slow {
			s.prov.latency.Store(int64(50 * time.Millisecond))
			defer s.prov.latency.Store(0)
		}
		f, err := s.measure(s.notifications(post{}), s.hook.channel.Load)
		return f.rate, err
	})
	if err == nil {
		b.report.pairs("rate with a provider that takes 50 ms, to 0 ms", i, 0.75, false, "")
	}
	return err
}

// j1Receipts compares two status callbacks for each message with none.
func (b *bench) j1Receipts(s *site) error {
	refused := s.prov.refused.Load()
	i, err := b.compare(func(receipts bool) (float64, error) {
		if !receipts {
			f, err := s.measure(s.notifications(post{}), s.hook.channel.Load)
			return f.rate, err
		}
		s.prov.calls.Store(true)
		defer s.prov.calls.Store(false)
		f, err := s.measure(s.notifications(post{}), s.hook.channel.Load)
		if err != nil {
			return 0, err
		}
		return f.rate, s.prov.quiet(b.ctx)
	})
	if err == nil {
		b.report.pairs("rate with two status callbacks each, to none", i, 0.6, false, fmt.Sprintf("%d callbacks refused", s.prov.refused.Load()-refused))
	}
	return err
}

// compare measures two variants in turn and returns the ratio of the second to
// the first.
func (b *bench) compare(rate func(second bool) (float64, error)) (interval, error) {
	var pairs []pair
	for i := range b.pairs {
		p, err := b.pair(i, rate)
		if err != nil {
			return interval{}, err
		}
		pairs = append(pairs, p)
	}
	return ratio(pairs), nil
}

// pair measures the i-th pair, in the other order than the one before.
func (b *bench) pair(i int, rate func(second bool) (float64, error)) (p pair, err error) {
	for turn := range 2 {
		second := (turn == 1) != (i%2 == 1)
		into := &p.base
		if second {
			into = &p.with
		}
		if *into, err = rate(second); err != nil {
			return p, err
		}
	}
	b.say("pair %d: %.0f/s and %.0f/s, %.3f", i+1, p.base, p.with, p.with/p.base)
	return p, nil
}
