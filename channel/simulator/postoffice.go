package simulator

import (
	"container/heap"
	"sync"
	"time"
)

// postOffice keeps the work that is to come, status callbacks most of all, and
// does each in its time, a bounded number of them at once.
type postOffice struct {
	s      *Simulator
	limits Limits

	mu      sync.Mutex
	waiting jobs
	pushed  uint64
	dropped int

	wake    chan struct{}
	due     chan *job
	running sync.WaitGroup
}

func startPostOffice(s *Simulator, limits Limits) *postOffice {
	o := &postOffice{s: s, limits: limits, wake: make(chan struct{}, 1), due: make(chan *job)}
	o.running.Go(o.dispatch)
	for range limits.Workers {
		o.running.Go(o.work)
	}
	return o
}

func (o *postOffice) wait() { o.running.Wait() }

// push has j done at its time. What is beyond the bound is counted and dropped.
func (o *postOffice) push(j *job) {
	o.mu.Lock()
	if len(o.waiting) >= o.limits.Pending {
		o.dropped++
		first := o.dropped == 1
		o.mu.Unlock()
		if first {
			o.s.log.Warn("too many callbacks are waiting, some are dropped", "bound", o.limits.Pending)
		}
		return
	}
	o.pushed++
	j.order = o.pushed
	heap.Push(&o.waiting, j)
	first := o.waiting[0] == j
	o.mu.Unlock()
	if first {
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
}

// next returns a job whose time has come, or how long to wait for one.
func (o *postOffice) next(now time.Time) (*job, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return nil, time.Hour
	}
	if wait := o.waiting[0].at.Sub(now); wait > 0 {
		return nil, wait
	}
	return heap.Pop(&o.waiting).(*job), 0
}

func (o *postOffice) dispatch() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		j, wait := o.next(time.Now())
		if j != nil {
			select {
			case o.due <- j:
				continue
			case <-o.s.ctx.Done():
				return
			}
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-o.wake:
		case <-o.s.ctx.Done():
			return
		}
	}
}

func (o *postOffice) work() {
	for {
		select {
		case j := <-o.due:
			j.do()
		case <-o.s.ctx.Done():
			return
		}
	}
}

// state tells how many callbacks wait and how many were dropped.
func (o *postOffice) state() (waiting, dropped int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.waiting), o.dropped
}

// job is something to be done at its time.
type job struct {
	at    time.Time
	order uint64 // of jobs of the same moment
	do    func()
}

// after has do done once d has passed.
func (o *postOffice) after(d time.Duration, do func()) {
	o.push(&job{at: time.Now().Add(d), do: do})
}

// jobs is a heap of jobs, the next in front.
type jobs []*job

func (q jobs) Len() int { return len(q) }
func (q jobs) Less(i, k int) bool {
	if q[i].at.Equal(q[k].at) {
		return q[i].order < q[k].order
	}
	return q[i].at.Before(q[k].at)
}
func (q jobs) Swap(i, k int) { q[i], q[k] = q[k], q[i] }
func (q *jobs) Push(j any)   { *q = append(*q, j.(*job)) }
func (q *jobs) Pop() any {
	old := *q
	j := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return j
}
