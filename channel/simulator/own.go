package simulator

import (
	"net/http"
	"sync/atomic"
)

// Own holds a provider's own settings, which are read and changed at
// /sim/{provider}/settings as the shared ones are at /sim/settings.
type Own[T any] struct {
	n     *Network
	value atomic.Pointer[T]
	check func(*T) *Problem
}

// OwnSettings registers a provider's own settings. T is a flat structure with
// JSON names. Its Description says their address.
func OwnSettings[T any](n *Network, initial T, check func(*T) *Problem) *Own[T] {
	o := &Own[T]{n: n, check: check}
	o.value.Store(&initial)
	path := "/sim/" + n.name + "/settings"
	n.Handle("GET "+path, o.get)
	n.Handle("POST "+path, o.post)
	n.Handle("PATCH "+path, o.post)
	return o
}

// Get returns the settings as they are now.
func (o *Own[T]) Get() T { return *o.value.Load() }

func (o *Own[T]) get(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, o.value.Load())
}

// post sets the fields that the body names and leaves the others.
func (o *Own[T]) post(w http.ResponseWriter, r *http.Request) {
	changed := *o.value.Load()
	p := ReadJSON(w, r, &changed)
	if p == nil && o.check != nil {
		p = o.check(&changed)
	}
	if p != nil {
		p.Write(w)
		return
	}
	o.value.Store(&changed)
	o.n.Publish("own-settings", map[string]any{"provider": o.n.name, "settings": &changed})
	WriteJSON(w, http.StatusOK, &changed)
}
