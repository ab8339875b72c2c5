package main

import (
	"context"
	"fmt"
	"time"
)

// j3 measures live connections: how fast what is new reaches many screens, beside
// the library alone, which knows no sessions, no resume and no presence.
func (b *bench) j3() error {
	const few, many = 1000, 9000
	if err := b.broadcasts(few, many); err != nil {
		return err
	}
	if err := b.oneToOne(); err != nil {
		return err
	}
	if b.quick {
		return nil
	}
	return b.idleSockets()
}

// broadcasts measures one conversation with many devices.
func (b *bench) broadcasts(few, many int) error {
	hub, bare, err := b.crowds()
	if err != nil {
		return err
	}
	defer hub.close()
	defer bare.close()
	// All are in conversation 0, so that what is said there is a broadcast.
	toAll := func(n int) string { return liveHello(n, 0) }
	if err := grow(b.ctx, few, toAll, hub, bare); err != nil {
		return err
	}
	if err := b.fanOut("broadcast to 1,000", hub, bare, few, 1); err != nil {
		return err
	}
	if err := b.paced(hub, bare, few); err != nil || b.quick {
		return err
	}
	if err := grow(b.ctx, many-few, toAll, hub, bare); err != nil {
		return err
	}
	return b.fanOut("broadcast to 9,000", hub, bare, many, 1)
}

func liveHello(client, conversation int) string {
	return fmt.Sprintf(`{"t":"hello","session":"%s:%d:%d","cursor":"1700000000000","x":":to:%d","foreground":true}`, liveSecret, client, conversation, conversation)
}

func (b *bench) crowds() (hub, bare *crowd, err error) {
	p, err := startLiveServer(b.ctx, "hub")
	if err != nil {
		return nil, nil, err
	}
	q, err := startLiveServer(b.ctx, "bare")
	if err != nil {
		p.kill()
		return nil, nil, err
	}
	return &crowd{prog: p, path: "/live"}, &crowd{prog: q, path: "/live"}, nil
}

func grow(ctx context.Context, n int, hello func(int) string, all ...*crowd) error {
	for _, c := range all {
		if err := c.dial(ctx, n, hello); err != nil {
			return err
		}
	}
	for _, c := range all {
		if err := c.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until nothing more comes: who connects is first told what it
// missed, which must not count as what is measured next.
func (c *crowd) settle(ctx context.Context) error {
	for last := int64(-1); last != c.got.Load(); {
		last = c.got.Load()
		if err := pause(ctx, 300*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// fanOut compares the rates at which messages reach n sockets, calls of each
// publishing to so many conversations.
func (b *bench) fanOut(name string, hub, bare *crowd, sockets, conversations int) error {
	var rates, cpu, theirs []float64
	i, err := b.compare(func(ours bool) (float64, error) {
		c := bare
		if ours {
			c = hub
		}
		rate, used, err := b.saturate(c, sockets, conversations)
		if ours {
			rates, cpu = append(rates, rate), append(cpu, used)
		} else {
			theirs = append(theirs, used)
		}
		b.say("ours %v: %.0f/s, %.2f CPU-µs of the server each", ours, rate, used)
		return rate, err
	})
	if err != nil {
		return err
	}
	b.report.pairs(name+", to the library alone", i, 0.85, false, fmt.Sprintf("%.0f deliveries/s; the server's CPU for each is %.2f µs, the library's %.2f", median(rates), median(cpu), median(theirs)))
	return nil
}

// saturate publishes with a few calls under way and returns deliveries per second and
// what each took of the server's processor time, in microseconds.
func (b *bench) saturate(c *crowd, sockets, conversations int) (rate, cpu float64, err error) {
	perCall, window := int64(sockets), int64(8)
	if conversations > 1 { // each call reaches 100 of them
		perCall = 100
	}
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	done := make(chan error, 1)
	base := c.got.Load()
	var sent int64
	go func() {
		first := 0
		for ctx.Err() == nil {
			for (c.got.Load()-base) < (sent-window)*perCall && ctx.Err() == nil {
				time.Sleep(50 * time.Microsecond)
			}
			n := 1
			if conversations > 1 {
				n = int(perCall)
			}
			if err := c.publish(b.ctx, first, n); err != nil {
				done <- err
				return
			}
			if first += n; first >= conversations {
				first = 0
			}
			sent++
		}
		done <- nil
	}()
	if err = pause(b.ctx, warmUp(b.length())); err != nil {
		return 0, 0, err
	}
	from, at, used := c.got.Load(), time.Now(), c.prog.cpu()
	err = pause(b.ctx, b.length())
	n := float64(c.got.Load() - from)
	rate, cpu = n/time.Since(at).Seconds(), float64((c.prog.cpu()-used).Microseconds())/n
	cancel()
	if e := <-done; err == nil {
		err = e
	}
	if err != nil {
		return rate, cpu, err
	}
	if err := drain(b.ctx, 30*time.Second, func() int64 { return c.got.Load() - base }, sent*perCall); err != nil {
		return rate, cpu, fmt.Errorf("%w (%v)", err, c.trouble)
	}
	if extra := c.got.Load() - base - sent*perCall; extra != 0 || c.trouble != nil {
		return rate, cpu, fmt.Errorf("%d messages too many came: %v", extra, c.trouble)
	}
	return rate, cpu, nil
}

// paced measures how long 50 broadcasts per second take to every socket.
func (b *bench) paced(hub, bare *crowd, sockets int) error {
	delays := func(c *crowd) (p50, p99 time.Duration, err error) {
		c.taken()
		c.timed.Store(true)
		defer c.timed.Store(false)
		base, tick, n := c.got.Load(), time.NewTicker(time.Second/50), int64(0)
		defer tick.Stop()
		for end := time.Now().Add(b.length()); time.Now().Before(end); n++ {
			<-tick.C
			if err := c.publish(b.ctx, 0, 1); err != nil {
				return 0, 0, err
			}
		}
		if err := drain(b.ctx, 30*time.Second, func() int64 { return c.got.Load() - base }, n*int64(sockets)); err != nil {
			return 0, 0, err
		}
		list := c.taken()
		return quantile(list, 0.5), quantile(list, 0.99), nil
	}
	var ours, theirs, mid []float64
	for range max(1, min(b.pairs, 3)) {
		_, q, err := delays(bare)
		if err != nil {
			return err
		}
		p50, p99, err := delays(hub)
		if err != nil {
			return err
		}
		ours, theirs, mid = append(ours, millis(p99)), append(theirs, millis(q)), append(mid, millis(p50))
	}
	b.report.atMost("p99 of 50 broadcasts/s to 1,000", median(ours), "ms", 20, 0, fmt.Sprintf("p50 %.1f ms; the library alone: p99 %.1f ms", median(mid), median(theirs)))
	return nil
}

// oneToOne compares messages to 1,000 conversations with one socket each.
func (b *bench) oneToOne() error {
	const conversations = 1000
	hub, bare, err := b.crowds()
	if err != nil {
		return err
	}
	defer hub.close()
	defer bare.close()
	if err := grow(b.ctx, conversations, func(n int) string { return liveHello(n, n) }, hub, bare); err != nil {
		return err
	}
	return b.fanOut("one to one, 1,000 conversations", hub, bare, conversations, conversations)
}

// idleSockets measures what a socket takes that has nothing to do.
func (b *bench) idleSockets() error {
	n, note := 9000, ""
	switch most := openFiles(); {
	case most >= 21_000:
		n = 20_000
	default:
		note = fmt.Sprintf("; 20,000 need a larger limit of open files than %d", most)
	}
	p, err := startLiveServer(b.ctx, "hub")
	if err != nil {
		return err
	}
	c := &crowd{prog: p, path: "/live"}
	defer c.close()
	settled := func() (float64, error) {
		if err := c.post(b.ctx, "/collect"); err != nil {
			return 0, err
		}
		now, _ := p.memory()
		return now, nil
	}
	before, err := settled()
	if err != nil {
		return err
	}
	if err := c.dial(b.ctx, n, func(n int) string { return liveHello(n, n) }); err != nil {
		return err
	}
	at, _ := p.memory()
	after, err := settled()
	if err != nil {
		return err
	}
	if err := pause(b.ctx, 2*time.Second); err != nil {
		return err
	}
	used := p.cpu()
	if err := pause(b.ctx, b.length()); err != nil {
		return err
	}
	load := (p.cpu() - used).Seconds() / b.length().Seconds()
	kb := func(v float64) float64 { return (v - before) / float64(n) / 1024 }
	b.report.atMost(fmt.Sprintf("memory per idle socket, of %d", n), kb(after), "kB", 16, 9,
		fmt.Sprintf("each its own conversation; %.1f kB before the handshakes' garbage was collected; %.1f %% of a CPU to ping them%s", kb(at), 100*load, note))
	return nil
}
