package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// flow is what was seen of a load while it was measured.
type flow struct {
	rate     float64 // completed per second
	accepted float64 // per second
	cpu      float64 // seconds of the server's processor time per 1,000 completed
	p50, p99 time.Duration
	refused  int64
}

// measure posts a load to the site, and after a warm-up counts for a while what
// done counts. It waits for the last to end before it returns, so that nothing
// of it disturbs the next; with lost ones it fails.
func (s *site) measure(l *load, done func() int64) (flow, error) {
	ctx, length := s.b.ctx, s.b.length()
	already := done()
	if s.b.window > 0 && l.room == nil && l.rate == 0 {
		l.room = func() bool { return l.accepted.Load()-(done()-already) < int64(s.b.window) }
	}
	l.start(ctx)
	if err := pause(ctx, warmUp(length)); err != nil {
		l.stop()
		return flow{}, err
	}
	stop := s.profile()
	from, cpu, ended, taken := time.Now(), s.prog.cpu(), done(), l.accepted.Load()
	err := pause(ctx, length)
	to := time.Now()
	seconds := to.Sub(from).Seconds()
	n := float64(done() - ended)
	f := flow{rate: n / seconds, accepted: float64(l.accepted.Load()-taken) / seconds, cpu: (s.prog.cpu() - cpu).Seconds() / n * 1000}
	stop()
	l.stop()
	if err != nil {
		return f, err
	}
	took := l.took(from, to)
	f.p50, f.p99, f.refused = quantile(took, 0.5), quantile(took, 0.99), l.failed.Load()
	if f.refused > 0 {
		s.b.say("%d requests were refused, the last with %v", f.refused, l.last.Load())
	}
	if err := drain(ctx, 30*time.Second, func() int64 { return done() - already }, l.accepted.Load()); err != nil {
		return f, fmt.Errorf("%w\n%s", err, s.prog.complaints())
	}
	return f, nil
}

func warmUp(length time.Duration) time.Duration { return min(length/3, 3*time.Second) }

// profile begins a CPU profile of the server when the run was asked for them.
func (s *site) profile() (stop func()) {
	if s.b.profile == "" {
		return func() {}
	}
	s.b.profiles++
	file := filepath.Join(s.b.profile, fmt.Sprintf("%s-%d.pprof", s.b.report.job, s.b.profiles))
	url := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", s.prog.ops, max(1, int(s.b.seconds)-1))
	done := make(chan struct{})
	go func() {
		defer close(done)
		text, err := fetch(s.b.ctx, url)
		if err == nil {
			err = os.WriteFile(file, text, 0o644)
		}
		if err != nil {
			s.b.say("no profile: %v", err)
		}
	}()
	return func() { <-done }
}

// millis writes a time as milliseconds.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
