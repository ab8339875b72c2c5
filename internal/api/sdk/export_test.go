package sdk

// Only tests see what is in this file.

// RouteShown is a call as tests see it.
type RouteShown struct{ Method, Path string }

// SessionRoutes returns the calls that need a session.
func SessionRoutes() (out []RouteShown) {
	for _, r := range (&API{}).routes() {
		if r.session {
			out = append(out, RouteShown{r.method, r.path})
		}
	}
	return out
}
