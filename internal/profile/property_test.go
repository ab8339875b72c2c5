package profile_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"heliograph"
)

// TestOwnership links, steals, unlinks, merges and deletes at random. Whatever
// the order: an address has one owner for each integration, nobody has two
// clients for it, a client's user exists, and a client points to its user's
// conversation.
func TestOwnership(t *testing.T) {
	t.Parallel()
	b := newBed(t) // one database for all runs; every run has an app of its own
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{bed: b, rt: rt}
		b.app = b.ids.App()
		b.sms.App, b.sent, b.told = b.app, nil, nil
		for i := range 4 {
			w.users = append(w.users, b.user(fmt.Sprint("user", i)).ID)
		}
		rt.Repeat(map[string]func(*rapid.T){
			"link":    w.link,
			"ask":     w.ask,
			"outcome": w.anOutcome,
			"say":     w.say,
			"unlink":  w.unlink,
			"merge":   w.merge,
			"delete":  w.delete,
			"stop":    w.stopOrStart,
			"":        w.check,
		})
	})
}

type world struct {
	*bed
	rt    *rapid.T
	users []heliograph.UserID
	gone  []heliograph.UserID
}

func (w *world) someone(rt *rapid.T) heliograph.UserID {
	if len(w.users) == 0 {
		w.users = append(w.users, w.user(fmt.Sprint("more", len(w.gone))).ID)
	}
	return rapid.SampledFrom(w.users).Draw(rt, "user")
}

func (w *world) number(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"+15550100100", "+15550100101", "+15550100102"}).Draw(rt, "phone")
}

func (w *world) link(rt *rapid.T) {
	w.linked(&heliograph.User{ID: w.someone(rt)}, w.number(rt))
}

func (w *world) ask(rt *rapid.T) {
	how := rapid.SampledFrom([]heliograph.Confirmation{heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt}).Draw(rt, "how")
	w.asked(&heliograph.User{ID: w.someone(rt)}, w.number(rt), how)
}

func (w *world) anOutcome(rt *rapid.T) {
	if len(w.sent) == 0 {
		rt.Skip()
	}
	d := rapid.SampledFrom(w.sent).Draw(rt, "delivery")
	w.outcomeOf(d, rapid.SampledFrom([]heliograph.Status{heliograph.Unknown, heliograph.AtChannel, heliograph.AtUser, heliograph.Failed, heliograph.Expired}).Draw(rt, "status"))
}

func (w *world) say(rt *rapid.T) {
	word := rapid.SampledFrom([]string{"hello", "yes", "no", "STOP"}).Draw(rt, "word")
	w.says(w.number(rt), word, word == "STOP")
}

func (w *world) unlink(rt *rapid.T) {
	id := w.someone(rt)
	if err := w.Unlink(w.ctx, w.app, id, "twilio"); err != nil && !heliograph.IsKind(err, heliograph.Invalid) {
		rt.Fatal(err)
	}
	if got := shape(w.see(id)); got != "" {
		rt.Fatalf("after unlinking, the user has %s", got)
	}
}

func (w *world) merge(rt *rapid.T) {
	a, b := w.someone(rt), w.someone(rt)
	if a == b {
		rt.Skip()
	}
	w.must(w.Merge(w.ctx, w.app, a, b))
	w.leave(b)
}

func (w *world) delete(rt *rapid.T) {
	id := w.someone(rt)
	w.must(w.Delete(w.ctx, w.app, id))
	w.leave(id)
}

func (w *world) leave(id heliograph.UserID) {
	var left []heliograph.UserID
	for _, u := range w.users {
		if u != id {
			left = append(left, u)
		}
	}
	w.users, w.gone = left, append(w.gone, id)
}

func (w *world) stopOrStart(rt *rapid.T) {
	scope := rapid.SampledFrom([]heliograph.ConsentScope{heliograph.ScopeSender, heliograph.ScopeMarketing, heliograph.ScopeAll}).Draw(rt, "scope")
	if rapid.Bool().Draw(rt, "stop") {
		w.stop(scope, w.number(rt))
	} else {
		w.start(scope, w.number(rt))
	}
}

// fataler is what both kinds of test fail by.
type fataler interface {
	Fatalf(format string, args ...any)
}

func (w *world) check(rt *rapid.T) { w.holds(rt) }

// holds fails unless everything that is promised of owners holds.
func (w *world) holds(rt fataler) {
	owner := map[string]heliograph.UserID{}
	blocked := map[string]bool{}
	for _, p := range []string{"+15550100100", "+15550100101", "+15550100102"} {
		c, err := w.ConsentOf(w.ctx, w.app, p)
		w.must(err)
		for _, s := range c.Suppressions {
			blocked[p] = blocked[p] || s.Scope != heliograph.ScopeMarketing
		}
	}
	for _, id := range w.users {
		u, err := w.User(w.ctx, w.app, id)
		if err != nil {
			rt.Fatalf("user %s: %v", id, err)
		}
		mine, primaries := map[string]bool{}, 0
		for _, c := range u.Clients {
			if mine[c.Address] {
				rt.Fatalf("a user has %s twice: %s", c.Address, shape(u))
			}
			mine[c.Address] = true
			if c.Conversation != u.Conversation {
				rt.Fatalf("client %s points to conversation %q, its user to %q", c.Address, c.Conversation, u.Conversation)
			}
			if c.Primary {
				primaries++
			}
			if c.Status == heliograph.ClientPending {
				if c.Details.Link == nil || c.Details.Link.Delivery.IsZero() {
					rt.Fatalf("a pending client without a request: %+v", c)
				}
				continue
			}
			if _, taken := owner[c.Address]; taken {
				rt.Fatalf("%s has two owners", c.Address)
			}
			owner[c.Address] = id
			if (c.Status == heliograph.ClientBlocked) != blocked[c.Address] {
				rt.Fatalf("%s is %s, but suppressed: %v", c.Address, c.Status, blocked[c.Address])
			}
		}
		if primaries > 1 {
			rt.Fatalf("%d clients are preferred: %s", primaries, shape(u))
		}
	}
	for p, id := range owner {
		all, err := w.Addresses.OfAddress(w.ctx, w.app, p)
		w.must(err)
		if len(all) != 1 || all[0].User != id {
			rt.Fatalf("%s belongs to %+v, not to %s alone", p, all, id)
		}
	}
	for _, id := range w.gone {
		if _, err := w.Resolve(w.ctx, w.app, id.String()); !heliograph.IsKind(err, heliograph.NotFound) {
			rt.Fatalf("a user who is gone is found: %v", err)
		}
		if all, err := w.Clients.OfUser(w.ctx, w.app, id); err != nil || len(all) > 0 {
			rt.Fatalf("a user who is gone has clients: %v, %v", all, err)
		}
	}
}
