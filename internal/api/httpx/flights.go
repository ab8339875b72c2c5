package httpx

import (
	"context"
	"sync"

	"heliograph"
)

// flight is a request with an idempotency key.
type flight struct {
	app        heliograph.AppID
	route, key string
}

// flights lets one request with a key work at a time, in this process.
type flights struct {
	mu      sync.Mutex
	current map[flight]chan struct{}
}

// join waits until no other request of f is under way. The caller calls done
// when it is no longer.
func (s *flights) join(ctx context.Context, f flight) (done func(), err error) {
	for {
		s.mu.Lock()
		other := s.current[f]
		if other == nil {
			mine := make(chan struct{})
			if s.current == nil {
				s.current = map[flight]chan struct{}{}
			}
			s.current[f] = mine
			s.mu.Unlock()
			return func() { s.leave(f, mine) }, nil
		}
		s.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (s *flights) leave(f flight, mine chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.current, f)
	close(mine)
}
