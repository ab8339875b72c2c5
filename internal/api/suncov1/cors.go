package suncov1

import (
	"net/http"
	"strings"

	"heliograph"
)

// cors lets a browser read the answer, for users' credentials only, so that
// keys are not put into web pages. A refusal proves no credential; it is shown
// where users' tokens are accepted, so that a page can tell that its token is bad.
func (c *call) cors() {
	origin := c.Header.Get("Origin")
	if origin == "" || !c.route.scopes.allow(heliograph.ScopeAppUser) {
		return
	}
	if c.Principal.Scope == heliograph.ScopeAppUser || c.Principal.Scope == "" {
		allowOrigin(c.w, origin)
	}
}

func allowOrigin(w http.ResponseWriter, origin string) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset")
	h.Add("Vary", "Origin")
}

// preflight answers a browser's question before it sends a request. It carries
// no credential, so it is answered for paths that accept users' tokens.
func preflight(w http.ResponseWriter, r *http.Request, node *tree, methods []string) {
	open := false
	for _, l := range node.methods {
		open = open || l.route.scopes.allow(heliograph.ScopeAppUser)
	}
	if origin := r.Header.Get("Origin"); origin != "" && open {
		allowOrigin(w, origin)
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	w.WriteHeader(http.StatusNoContent)
}
