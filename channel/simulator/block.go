package simulator

import (
	"slices"
	"sync"
)

// blocks knows who opted out from whom. The provider keeps this list itself:
// whoever sends through it cannot clear it.
type blocks struct {
	mu  sync.Mutex
	set map[block]struct{}
}

// block is a person's refusal of a sender: a number or a messaging service.
type block struct{ person, sender string }

func newBlocks() *blocks { return &blocks{set: map[block]struct{}{}} }

func (b *blocks) has(person, sender string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.set[block{person, sender}]
	return ok
}

func (b *blocks) add(person string, senders ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, sender := range senders {
		if sender != "" {
			b.set[block{person, sender}] = struct{}{}
		}
	}
}

// remove lifts blocks and says whether there were any.
func (b *blocks) remove(person string, senders ...string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.set)
	for _, sender := range senders {
		delete(b.set, block{person, sender})
	}
	return len(b.set) < before
}

func (b *blocks) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.set)
}

// of returns whom a person refuses.
func (b *blocks) of(person string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []string{}
	for one := range b.set {
		if one.person == person {
			out = append(out, one.sender)
		}
	}
	slices.Sort(out)
	return out
}
