package realtime

import (
	"context"
	"slices"
	"time"

	"heliograph"
)

// A hint may be lost. The sweep compares every conversation that somebody has open
// with its row, so that what was missed comes late, but comes.

// sweepLater has the next sweep begin after a while. The lock must be held.
func (h *Hub) sweepLater() {
	if h.stopped {
		return
	}
	every := sweepAlone
	if h.Shared {
		every = sweepShared
	}
	h.sweeping = time.AfterFunc(h.vary(every), func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.stopped {
			h.pool.add(h.sweep)
		}
	})
}

func (h *Hub) sweep() {
	open, homeless := h.opened()
	for app, ids := range open {
		for batch := range slices.Chunk(ids, sweepBatch) {
			if err := h.compare(app, batch); err != nil { // the next sweep will
				h.Log.Warn("open conversations could not be compared with the database", "err", err)
			}
		}
	}
	h.findHomes(homeless)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweepLater()
}

// opened returns the conversations that have a feed, and some seats that wait for
// their conversation to begin.
func (h *Hub) opened() (open map[heliograph.AppID][]heliograph.ConversationID, homeless []*Seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	open = map[heliograph.AppID][]heliograph.ConversationID{}
	for id, f := range h.feeds {
		open[f.app] = append(open[f.app], id)
	}
	for _, p := range h.people {
		if p.homeless == 0 || len(homeless) == sweepBatch {
			continue
		}
		for _, s := range p.seats {
			if s.feed == nil {
				homeless = append(homeless, s)
				break
			}
		}
	}
	return open, homeless
}

// compare has those feeds look whose row says something else than they told.
func (h *Hub) compare(app heliograph.AppID, ids []heliograph.ConversationID) error {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	rows, err := h.Source.Conversations(ctx, app, ids)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, row := range rows {
		if f := h.feeds[row.ID]; f != nil && f.app == row.App && stateOf(row) != f.known {
			f.look = true
			h.queue(f)
		}
	}
	return nil
}

// findHomes looks for the conversations of users that had none.
func (h *Hub) findHomes(seats []*Seat) {
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	for _, s := range seats {
		c, err := h.Source.ConversationOf(ctx, s.App, s.User)
		if err != nil {
			return
		}
		h.mu.Lock()
		if p := h.people[s.User]; !c.IsZero() && p != nil && p.homeless > 0 && !h.stopped {
			h.house(p, c)
		}
		h.mu.Unlock()
	}
}
