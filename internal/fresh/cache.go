// Package fresh keeps values that may be a little old: what is looked up on
// every request and changes rarely. It holds no rules.
package fresh

import (
	"sync"
	"time"

	"heliograph"
)

// Cache keeps values for a short time. It is safe for concurrent use. It never
// keeps errors, so that what was missing is found as soon as it exists.
type Cache[K comparable, V any] struct {
	age time.Duration
	max int
	now heliograph.Clock

	mu    sync.RWMutex
	byKey map[K]entry[V]
	// drops counts removals: a value that was loaded before one of them is not
	// kept, because it may be what the removal was about.
	drops uint64
}

type entry[V any] struct {
	value V
	until time.Time
}

// New returns a cache of at most max values, none older than age.
func New[K comparable, V any](age time.Duration, max int, now heliograph.Clock) *Cache[K, V] {
	return &Cache[K, V]{age: age, max: max, now: now, byKey: map[K]entry[V]{}}
}

// Get returns the value of key, from load when it is not at hand.
func (c *Cache[K, V]) Get(key K, load func() (V, error)) (V, error) {
	now := c.now()
	c.mu.RLock()
	e, ok := c.byKey[key]
	drops := c.drops
	c.mu.RUnlock()
	if ok && now.Before(e.until) {
		return e.value, nil
	}
	value, err := load()
	if err == nil {
		c.put(key, value, drops, now)
	}
	return value, err
}

// Stale returns the value last kept of key, however old it is.
func (c *Cache[K, V]) Stale(key K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.byKey[key]
	return e.value, ok
}

// put keeps a value. Its age counts from before it was loaded.
func (c *Cache[K, V]) put(key K, value V, drops uint64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops != drops {
		return
	}
	if _, have := c.byKey[key]; !have && len(c.byKey) >= c.max {
		c.evict(now)
	}
	c.byKey[key] = entry[V]{value, now.Add(c.age)}
}

// evict makes room: what is too old goes, or any one when nothing is.
func (c *Cache[K, V]) evict(now time.Time) {
	for k, e := range c.byKey {
		if !now.Before(e.until) {
			delete(c.byKey, k)
		}
	}
	for k := range c.byKey {
		if len(c.byKey) < c.max {
			return
		}
		delete(c.byKey, k)
	}
}

// Drop forgets keys.
func (c *Cache[K, V]) Drop(keys ...K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for _, k := range keys {
		delete(c.byKey, k)
	}
}

// Expire makes Get load keys again. Unlike Drop it leaves what Stale returns.
func (c *Cache[K, V]) Expire(keys ...K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	for _, k := range keys {
		if e, ok := c.byKey[k]; ok {
			c.byKey[k] = entry[V]{value: e.value}
		}
	}
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drops++
	clear(c.byKey)
}
