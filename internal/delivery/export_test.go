package delivery

import "heliograph"

// Lanes counts the lanes that are kept, and their apps.
func (e *Engine) Lanes() (lanes, apps int) {
	done := make(chan struct{})
	e.post(func(e *Engine) {
		lanes, apps = len(e.lanes), len(e.rings)
		close(done)
	})
	<-done
	return lanes, apps
}

// Known counts what is in memory of an integration's lane.
func (e *Engine) Known(id heliograph.IntegrationID) (n int) {
	done := make(chan struct{})
	e.post(func(e *Engine) {
		if l := e.lanes[id]; l != nil {
			n = len(l.known)
		}
		close(done)
	})
	<-done
	return n
}

// Waiting is how many items count as waiting in memory.
func (e *Engine) Waiting() (n int) {
	done := make(chan struct{})
	e.post(func(e *Engine) {
		n = e.waiting
		close(done)
	})
	<-done
	return n
}
