package realtime

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"heliograph"
)

// step is one thing that happens.
type step struct {
	what string
	n    int
}

func drawSteps(t *rapid.T) []step {
	what := rapid.SampledFrom([]string{"post", "post", "post", "silent", "twice", "late", "join", "fresh", "again", "leave", "slow", "drain", "fail", "wait", "wait", "seen", "sweep", "burst", "creep", "creep"})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{what.Draw(t, "what"), rapid.IntRange(0, 7).Draw(t, "n")}
	}), 1, 60).Draw(t, "steps")
}

// TestEachMessageOnceAndInOrder: whatever happens to hints, connections and the
// database, every device that stays gets every message from its place on, once and
// in order, and one that was cut off and comes back goes on where it was.
func TestEachMessageOnceAndInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		steps := drawSteps(rt)
		var err error
		synctest.Test(t, func(t *testing.T) { err = play(t, steps) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// player is a device, which may have had several connections.
type player struct {
	at   *device // nil: not connected
	from int64   // has everything after this
	seqs []int64
	last heliograph.Millis
}

// part notes what a connection brought before it ends.
func (p *player) part() {
	p.at.hub.Leave(p.at.seat)
	p.seqs = append(p.seqs, p.at.seqs...)
	p.last, p.at = p.at.cursor, nil
}

func play(t *testing.T, steps []step) error {
	b := newBooks()
	b.start(conv1, user1)
	h := newHub(t, b, nil)
	defer h.Stop(context.Background())
	b.crept = func() { h.Changed([]heliograph.Hint{hint(heliograph.HintMessages)}) }
	var all []*player
	var late []heliograph.Hint
	tell := func(hints ...heliograph.Hint) { h.Changed(hints) }
	for _, s := range steps {
		switch s.what {
		case "post":
			b.post(conv1, s.n+1)
			tell(hint(heliograph.HintMessages))
		case "burst": // more than a page
			b.post(conv1, 3*pageSize)
			tell(hint(heliograph.HintMessages))
		case "silent":
			b.post(conv1, s.n+1)
		case "twice":
			b.post(conv1, s.n+1)
			tell(hint(heliograph.HintMessages), hint(heliograph.HintMessages))
		case "late":
			b.post(conv1, s.n+1)
			late = append(late, hint(heliograph.HintMessages))
		case "join":
			from := min(int64(s.n), b.last(conv1))
			all = append(all, &player{at: join(h, byte(len(all)+1), heliograph.Millis(10*from), false), from: from})
		case "fresh":
			all = append(all, fresh(h, byte(len(all)+1)))
		case "again":
			for i, p := range all {
				if p.at == nil {
					p.at = join(h, byte(i+1), p.last, false)
				}
			}
		case "leave":
			if len(all) > 0 && all[s.n%len(all)].at != nil {
				all[s.n%len(all)].part()
			}
		case "slow":
			if len(all) > 0 {
				if d := all[s.n%len(all)].at; d != nil {
					d.mu.Lock()
					d.room = s.n % 3
					d.mu.Unlock()
				}
			}
		case "drain":
			for _, p := range all {
				if p.at != nil {
					p.at.drain()
				}
			}
		case "fail":
			b.mu.Lock()
			b.failing += s.n
			b.mu.Unlock()
		case "creep":
			b.mu.Lock()
			b.creep += s.n
			b.mu.Unlock()
		case "wait":
			synctest.Wait()
			tell(late...)
			late = nil
		case "seen":
			b.seen(conv1)
			tell(hint(heliograph.HintState))
		case "sweep":
			time.Sleep(sweepShared * 2)
		}
		for _, p := range all { // a connection that was lost ends
			if p.at != nil && p.at.isLost() {
				p.part()
			}
		}
	}
	return settle(h, b, all)
}

// fresh returns a device that wants what comes from now on, once it has its place.
func fresh(h *Hub, client byte) *player {
	p := &player{at: join(h, client, 0, true)}
	for {
		synctest.Wait()
		p.at.mu.Lock()
		n, cursor, seqs := p.at.readies, p.at.cursor, p.at.seqs
		p.at.mu.Unlock()
		if n > 0 {
			if p.from = int64(cursor) / 10; len(seqs) > 0 {
				p.from = seqs[0] - 1
			}
			p.last = cursor
			return p
		}
		time.Sleep(time.Second) // the database is away
	}
}

func (d *device) isLost() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// settle lets everything come to rest, and compares.
func settle(h *Hub, b *books, all []*player) error {
	for range 40 {
		time.Sleep(sweepShared * 2)
		synctest.Wait()
		for i, p := range all {
			if p.at != nil && p.at.isLost() {
				p.part()
			}
			if p.at == nil {
				p.at = join(h, byte(i+1), p.last, false)
			}
			p.at.drain()
		}
	}
	synctest.Wait()
	last := b.last(conv1)
	for i, p := range all {
		p.part()
		var want []int64
		for n := p.from + 1; n <= last; n++ {
			want = append(want, n)
		}
		if !slices.Equal(p.seqs, want) {
			return fmt.Errorf("device %d, after %d of %d, got %v", i, p.from, last, p.seqs)
		}
	}
	if len(h.feeds) != 0 || len(h.people) != 0 || h.seats != 0 {
		return fmt.Errorf("%d feeds, %d people, %d seats are left", len(h.feeds), len(h.people), h.seats)
	}
	return nil
}
