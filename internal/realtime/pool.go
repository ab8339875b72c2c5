package realtime

import (
	"context"
	"sync"

	"heliograph/internal/fifo"
)

// pool does jobs with a bounded number of goroutines, which exist only while
// there is something to do. Jobs begin in the order in which they came.
type pool struct {
	limit int

	mu      sync.Mutex
	jobs    fifo.Deque[func()]
	running int
	idle    chan struct{} // closed when nothing runs; nil: nobody waits
}

func (p *pool) add(job func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.jobs.PushBack(job)
	if p.running < p.limit {
		p.running++
		go p.work()
	}
}

func (p *pool) work() {
	for {
		p.mu.Lock()
		job, ok := p.jobs.PopFront()
		if !ok {
			p.running--
			if p.running == 0 && p.idle != nil {
				close(p.idle)
				p.idle = nil
			}
			p.mu.Unlock()
			return
		}
		p.mu.Unlock()
		job()
	}
}

// wait returns once nothing is left to do, or ctx ends.
func (p *pool) wait(ctx context.Context) {
	p.mu.Lock()
	if p.running == 0 {
		p.mu.Unlock()
		return
	}
	if p.idle == nil {
		p.idle = make(chan struct{})
	}
	idle := p.idle
	p.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
}
