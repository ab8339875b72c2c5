package app

import (
	"net/http"
	"strings"
)

// places sends a request to the first handler whose prefix its path has. Unlike
// http.ServeMux it leaves the path as it came and never redirects: callers' ids
// stand in paths, and every answer must be the surface's own.
type places []place

type place struct {
	prefix  string
	handler http.Handler
}

func (p places) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, one := range p {
		if one.has(r.URL.Path) {
			one.handler.ServeHTTP(w, r)
			return
		}
	}
	p[len(p)-1].handler.ServeHTTP(w, r)
}

// has reports whether path is the prefix or lies below it.
func (p *place) has(path string) bool {
	rest, ok := strings.CutPrefix(path, p.prefix)
	return ok && (rest == "" || strings.HasSuffix(p.prefix, "/") || rest[0] == '/')
}
