package sdk

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"heliograph"
)

// allowsOrigin reports whether pages of an origin may use an integration: any, unless
// it has a list. Without an origin it is no page that asks.
func allowsOrigin(in *heliograph.Integration, origin string) bool {
	if origin == "" {
		return true
	}
	var set struct{ OriginWhitelist []string }
	if err := json.Unmarshal(in.Settings, &set); err != nil || len(set.OriginWhitelist) == 0 {
		return err == nil
	}
	return slices.ContainsFunc(set.OriginWhitelist, func(o string) bool { return strings.EqualFold(o, origin) })
}

func errOrigin(origin string) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeOriginNotAllowed, "pages of %s may not use this integration: its originWhitelist does not have it", origin)
}

// cors lets the page that asks read the answer, when it may ask at all.
func (c *call) cors() error {
	if origin := c.Header.Get("Origin"); !allowsOrigin(c.in, origin) {
		c.w.Header().Add("Vary", "Origin")
		return errOrigin(origin)
	}
	readable(c.w, c.Request)
	return nil
}

// readable lets the page that asks, if it is one, read the answer.
func readable(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "Retry-After, Idempotent-Replayed, X-Request-Id")
	}
}

// lost answers who asks for an integration that is not there. Every page may read
// that: a wrong id is the mistake that pages make most.
func (c *call) lost(methods map[string]*route, err error) {
	readable(c.w, c.Request)
	if c.Method == http.MethodOptions {
		preflight(c.w, methods)
		return
	}
	c.fail(err)
}

// preflight answers a browser's question before it sends a request.
func preflight(w http.ResponseWriter, methods map[string]*route) {
	h := w.Header()
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", allowed(methods))
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, "+sessionHeader)
		h.Set("Access-Control-Max-Age", "600")
	}
	h.Set("Allow", allowed(methods))
	w.WriteHeader(http.StatusNoContent)
}

func allowed(methods map[string]*route) string {
	return strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
}

// CheckOrigin implements LiveSessions.
func (s LiveDevices) CheckOrigin(ctx context.Context, integration heliograph.IntegrationID, origin string) error {
	in, _, err := s.Devices.Place(ctx, integration)
	if err == nil && !allowsOrigin(in, origin) {
		err = errOrigin(origin)
	}
	return err
}
