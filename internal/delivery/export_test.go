package delivery

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
