package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// broker hands what happens to everyone who watches.
type broker struct {
	watched  atomic.Int32
	mu       sync.Mutex
	watchers map[chan event]struct{}
}

type event struct {
	kind string
	data []byte
}

func newBroker() *broker { return &broker{watchers: map[chan event]struct{}{}} }

// publish tells every watcher. One that does not keep up is let go; it comes
// back and reads the state anew.
func (b *broker) publish(kind string, data any) {
	if b.watched.Load() == 0 {
		return
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.watchers {
		select {
		case ch <- event{kind, raw}:
		default:
			b.drop(ch)
		}
	}
}

// publishView tells of a message as it is now.
func (b *broker) publishView(l *ledger, m *Message) {
	if b.watched.Load() > 0 {
		b.publish("message", l.change(m, func(*Message) {}))
	}
}

func (b *broker) watch() chan event {
	b.mu.Lock()
	defer b.mu.Unlock()
	ch := make(chan event, 256)
	b.watchers[ch] = struct{}{}
	b.watched.Add(1)
	return ch
}

func (b *broker) leave(ch chan event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(ch)
}

func (b *broker) drop(ch chan event) {
	if _, ok := b.watchers[ch]; ok {
		delete(b.watchers, ch)
		b.watched.Add(-1)
		close(ch)
	}
}

// getStream streams what happens as server-sent events: message, rules,
// settings, number and cleared, each with the new state as JSON.
func (s *Simulator) getStream(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	events := s.stream.watch()
	defer s.stream.leave(events)
	beat := time.NewTicker(15 * time.Second)
	defer beat.Stop()
	_, err := fmt.Fprint(w, "retry: 500\n\n: connected\n\n")
	for err == nil {
		if err = out.Flush(); err != nil {
			return
		}
		select {
		case e, ok := <-events:
			if !ok {
				return
			}
			_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", e.kind, e.data)
		case <-beat.C:
			_, err = fmt.Fprint(w, ": still here\n\n")
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}
