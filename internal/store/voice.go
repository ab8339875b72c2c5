package store

// This file is per dialect: only on PostgreSQL can other processes be at work.

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"heliograph"
)

// hintChannel is the name that processes on one database pass hints on under. A
// payload is the voice of the process, 24 hex digits, and a list of hints; an
// empty list says that the process has come.
const hintChannel = "heliograph_hints"

const (
	// hintDelay gathers hints, so that a busy process sends few payloads.
	hintDelay = 20 * time.Millisecond
	// hintPayload bounds one payload; PostgreSQL takes fewer than 8,000 bytes.
	hintPayload = 7900
	// hintsKept bounds what waits to be sent. What is over is lost, and found when
	// others look by themselves.
	hintsKept = 8192
	// hintTimeout bounds one sending.
	hintTimeout = 5 * time.Second
)

// voice passes hints on to other processes, outside the transactions that they
// tell of, and only while another process lives.
type voice struct {
	s       *Store
	name    string      // of this process; "" has no others
	company atomic.Bool // another process lives

	mu      sync.Mutex
	pending []heliograph.Hint
	seen    map[heliograph.Hint]bool // what is in pending
	busy    bool                     // somebody gathers or sends
	closed  bool
	wg      sync.WaitGroup
}

// say has hints sent soon.
func (v *voice) say(hints []heliograph.Hint) {
	if !v.company.Load() {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, h := range hints {
		if v.closed || len(v.pending) >= hintsKept {
			break
		}
		if v.seen == nil {
			v.seen = map[heliograph.Hint]bool{}
		}
		if !v.seen[h] {
			v.seen[h] = true
			v.pending = append(v.pending, h)
		}
	}
	if len(v.pending) > 0 && !v.busy {
		v.busy = true
		v.wg.Go(v.send)
	}
}

// send sends what is gathered until there is nothing more.
func (v *voice) send() {
	for {
		time.Sleep(hintDelay)
		v.mu.Lock()
		hints := v.pending
		v.pending, v.seen = nil, nil
		if v.busy = len(hints) > 0; !v.busy {
			v.mu.Unlock()
			return
		}
		v.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), hintTimeout)
		if err := v.notify(ctx, v.payloads(hints)); err != nil {
			v.s.Log.Warn("other processes could not be told of changes; they look by themselves", "error", err)
		}
		cancel()
	}
}

// payloads packs hints into as few payloads as they fit in.
func (v *voice) payloads(hints []heliograph.Hint) []string {
	var out []string
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			b.WriteByte(']')
			out = append(out, b.String())
			b.Reset()
		}
	}
	for _, h := range hints {
		text, err := json.Marshal(h)
		if err != nil || len(v.name)+len(text)+2 > hintPayload {
			continue // nobody makes such a hint
		}
		if b.Len()+len(text)+2 > hintPayload {
			end()
		}
		if b.Len() == 0 {
			b.WriteString(v.name)
			b.WriteByte('[')
		} else {
			b.WriteByte(',')
		}
		b.Write(text)
	}
	end()
	return out
}

func (v *voice) notify(ctx context.Context, payloads []string) error {
	_, err := v.s.write.ExecContext(ctx, `SELECT pg_notify($1, p) FROM unnest($2::text[]) AS v(p)`, hintChannel, payloads)
	return err
}

// hear takes in what another process says.
func (v *voice) hear(payload string) {
	if len(payload) < len(v.name) || payload[:len(v.name)] == v.name {
		return
	}
	v.company.Store(true)
	var hints []heliograph.Hint
	if json.Unmarshal([]byte(payload[len(v.name):]), &hints) == nil {
		v.s.offerHints(hints)
	}
}

// accompanied notes how many processes live, this one included.
func (v *voice) accompanied(living int) { v.company.Store(v.name != "" && living > 1) }

// close waits until what is under way is sent.
func (v *voice) close() {
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.wg.Wait()
}
