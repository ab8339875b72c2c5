package delivery

import (
	"time"

	"heliograph"
)

const (
	// tidyEvery is how often lanes are looked through for those of no more use.
	tidyEvery = time.Minute
	// idleFor is how long a lane must have had nothing to do. Its budget is whole
	// again long before.
	idleFor = time.Hour
)

// tidy forgets lanes that nothing has gone through for long, or whose
// integration is gone, so that memory does not grow with all there ever were.
func (e *Engine) tidy() {
	now := heliograph.At(e.Now())
	e.timers.Add(now.Add(tidyEvery), e.tidy)
	used := map[*appRing]bool{}
	for id, l := range e.lanes {
		switch {
		case !l.unused(now):
			l.idle = 0
		case l.idle == 0:
			l.idle = now
		}
		if l.idle != 0 && (l.gone || now.Sub(l.idle) >= idleFor) {
			delete(e.lanes, id)
			continue
		}
		used[l.ring] = true
	}
	for app, ring := range e.rings {
		if !used[ring] && !ring.queued {
			delete(e.rings, app)
		}
	}
}

// unused reports whether there is nothing that a lane has to remember, after
// it forgot the sources that hold nothing.
func (l *lane) unused(now heliograph.Millis) bool {
	for key, src := range l.sources {
		if !src.more && !src.loading && src.next == 0 {
			delete(l.sources, key)
		}
	}
	return l.state == laneIdle && l.inflight == 0 && l.openTill <= now && l.len() == 0 && l.doubtful.Len() == 0 && !l.resolving &&
		len(l.known) == 0 && len(l.busy) == 0 && len(l.sources) == 0
}
