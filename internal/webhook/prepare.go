package webhook

import (
	"slices"
	"time"

	"heliograph"
)

// prepareBatch is how many entries' contexts are loaded together.
const prepareBatch = 256

// prepare loads what is not at hand: webhooks, and what bodies are made from.
// Whatever came in while it loads is its next batch.
func (d *Dispatcher) prepare() {
	for d.ctx.Err() == nil {
		if err := d.loadTargets(); err != nil {
			d.Log.Error("webhooks could not be loaded", "error", err)
			d.pause(time.Second)
			continue
		}
		more, err := d.loadContexts()
		if err != nil {
			d.Log.Error("what webhooks are told of could not be loaded", "error", err)
			d.pause(time.Second)
			continue
		}
		if more {
			continue
		}
		select {
		case <-d.prepareBell:
		case <-d.ctx.Done():
		}
	}
}

// loadTargets loads the webhooks that are new to us or have changed.
func (d *Dispatcher) loadTargets() error {
	refs := d.stale()
	if len(refs) == 0 {
		return nil
	}
	hooks, err := d.Hooks.Find(d.ctx, refs)
	if err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		for _, r := range refs {
			if l := d.lanes[r.ID]; l != nil {
				l.reload = true
			}
		}
		return err
	}
	found := map[heliograph.WebhookID]*heliograph.Webhook{}
	for _, h := range hooks {
		found[h.ID] = h
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range refs {
		// What changed since is looked up again.
		if l := d.lanes[r.ID]; l != nil && !l.reload {
			d.aim(l, found[r.ID])
		}
	}
	return nil
}

// stale returns the webhooks to load.
func (d *Dispatcher) stale() (refs []Ref) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.lanes {
		if l.reload || l.target == nil && !l.closed && l.held > 0 {
			l.reload = false
			refs = append(refs, Ref{l.app, l.id})
			if len(refs) == prepareBatch {
				d.prepareBell.ring()
				break
			}
		}
	}
	return refs
}

// aim points a lane at its webhook as it is now.
func (d *Dispatcher) aim(l *lane, h *heliograph.Webhook) {
	if h == nil || h.Disabled != "" {
		d.close(l)
		return
	}
	t, err := newTarget(h)
	if err != nil {
		d.Log.Error("a webhook's target is not a URL", "webhook", l.id)
		d.close(l)
		return
	}
	if l.reopen || l.target != nil && l.target.hook.Target != h.Target {
		l.fails, l.gone, l.limit = 0, 0, d.Limits.PerWebhook
		l.since, l.noted = h.Failing, h.Failing != 0
		d.suspect(l, false)
	}
	if l.target == nil && l.since == 0 && h.Failing != 0 {
		l.since, l.noted = h.Failing, true
	}
	l.target = t
	if l.reopen {
		l.reopen = false
		for slot := range d.slots {
			if d.slots[slot].owned {
				l.fallBehind(l.feed(slot))
			}
		}
		d.feedBell.ring()
	}
}

// loadContexts prepares one batch, and reports whether there was one.
func (d *Dispatcher) loadContexts() (bool, error) {
	batch, wants, needy := d.unprepared()
	if len(batch) == 0 {
		return false, nil
	}
	if len(wants) > 0 {
		loaded, err := d.Contexts.Load(d.ctx, wants)
		if err != nil {
			return false, err
		}
		for i, it := range needy {
			it.with.merge(loaded[i])
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	rest := copy(d.raw, d.raw[len(batch):])
	clear(d.raw[rest:])
	d.raw = d.raw[:rest]
	for _, it := range batch {
		l := d.lanes[it.Webhook]
		if l == nil || it.line.lost {
			continue
		}
		if l.target == nil {
			d.raw = append(d.raw, it)
			continue
		}
		it.prepared = true
		d.advance(l, it.line)
	}
	d.spawn()
	return true, nil
}

// unprepared returns the next entries to prepare, and what is missing for those
// that miss something. They are not told before they are prepared, so their
// contexts are this goroutine's to fill.
func (d *Dispatcher) unprepared() (batch []*item, wants []Want, needy []*item) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(d.raw), prepareBatch)
	batch = slices.Clone(d.raw[:n])
	for _, it := range batch {
		l := d.lanes[it.Webhook]
		if l == nil || l.target == nil || it.line.lost || it.Body != nil || it.Event == nil {
			continue
		}
		if w, missing := wanted(it.Event, l.target.hook, &it.with); missing {
			wants, needy = append(wants, w), append(needy, it)
		}
	}
	return batch, wants, needy
}
