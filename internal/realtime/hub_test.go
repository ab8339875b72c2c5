package realtime

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"heliograph"
)

// bubble runs a test with a hub, in a time of its own.
func bubble(t *testing.T, w Watch, do func(*testing.T, *Hub, *books)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBooks()
		b.start(conv1, user1)
		h := newHub(t, b, w)
		defer h.Stop(context.Background())
		do(t, h, b)
	})
}

func TestFramesOfHints(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		first := b.post(conv1, 3)
		d, other := join(h, 1, 0, true), join(h, 2, 0, false)
		synctest.Wait()
		if len(d.frames) != 0 || d.readies != 1 || d.cursor != first.Received {
			t.Fatalf("a fresh device was told %+v and is at %d", d.frames, d.cursor)
		}
		if got := other.of("messages"); len(got) != 1 || got[0].Live || !slices.Equal(other.seqs, []int64{1, 2, 3}) {
			t.Fatalf("one that has nothing was told %+v", got)
		}
		m := b.post(conv1, 1)
		typing := hint(heliograph.HintTyping)
		typing.Typing = &heliograph.Typing{Role: heliograph.Customer, On: true}
		typing.Client = other.seat.Client
		changed, removed := hint(heliograph.HintChanged), hint(heliograph.HintRemoved)
		changed.Message, removed.Message = m.ID, first.ID
		h.Changed([]heliograph.Hint{hint(heliograph.HintMessages), typing, changed, removed, hint(heliograph.HintRemoved)})
		synctest.Wait()
		var kinds []string
		for _, f := range d.frames {
			kinds = append(kinds, f.T)
		}
		if !slices.Equal(kinds, []string{"messages", "typing", "changed", "removed", "removed"}) {
			t.Fatalf("told %v", kinds)
		}
		if f := d.frames[0]; !f.Live || f.Unread != 4 {
			t.Errorf("%+v", f)
		}
		if d.frames[2].ID != m.ID.String() || d.frames[3].ID != first.ID.String() || d.frames[4].ID != "" {
			t.Errorf("%+v", d.frames)
		}
		if len(other.of("typing")) != 0 {
			t.Error("a device is told of its own typing")
		}
		b.seen(conv1)
		h.Changed([]heliograph.Hint{hint(heliograph.HintState), hint(heliograph.HintState)})
		synctest.Wait()
		h.Changed([]heliograph.Hint{hint(heliograph.HintState)})
		synctest.Wait()
		if got := d.of("conversation"); len(got) != 1 || got[0].Unread != 0 {
			t.Errorf("a state that changed once was told as %+v", got)
		}
	})
}

// TestOneReadForAll: however many devices have a conversation open, its messages
// are read once.
func TestOneReadForAll(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		for i := range 50 {
			join(h, byte(i), 0, true)
		}
		synctest.Wait()
		b.reads = 0
		b.post(conv1, 5)
		h.Changed([]heliograph.Hint{hint(heliograph.HintMessages)})
		synctest.Wait()
		if b.reads != 1 {
			t.Errorf("%d reads", b.reads)
		}
	})
}

// TestMerged: of what a merge brought, whose moments may lie before what devices have,
// they are told to look.
func TestMerged(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		d := join(h, 1, 0, true)
		synctest.Wait()
		b.post(conv1, 1)
		h.Changed([]heliograph.Hint{hint(heliograph.HintChanged)})
		synctest.Wait()
		var kinds []string
		for _, f := range d.frames {
			kinds = append(kinds, f.T)
		}
		if !slices.Equal(kinds, []string{"messages", "user"}) {
			t.Errorf("told %v", kinds)
		}
	})
}

func TestHintsOfOthersAreNotOurs(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		d := join(h, 1, 0, true)
		synctest.Wait()
		b.post(conv1, 1)
		wrong := hint(heliograph.HintMessages)
		wrong.App = heliograph.AppID{9}
		h.Changed([]heliograph.Hint{wrong})
		synctest.Wait()
		if len(d.frames) != 0 {
			t.Errorf("a hint for another app was taken: %+v", d.frames)
		}
	})
}

// TestSweepFindsWhatNoHintTold: messages, and what somebody read.
func TestSweepFindsWhatNoHintTold(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		d := join(h, 1, 0, true)
		synctest.Wait()
		b.post(conv1, 2)
		time.Sleep(2 * sweepShared)
		synctest.Wait()
		if !slices.Equal(d.seqs, []int64{1, 2}) {
			t.Fatalf("got %v", d.seqs)
		}
		b.seen(conv1)
		time.Sleep(2 * sweepShared)
		synctest.Wait()
		if len(d.of("conversation")) != 1 {
			t.Fatalf("got %+v", d.frames)
		}
		b.mu.Lock()
		b.reads = 0
		b.mu.Unlock()
		time.Sleep(4 * sweepShared)
		synctest.Wait()
		if b.reads > 5 {
			t.Errorf("%d reads while nothing happened", b.reads)
		}
		b.remove(conv1)
		b.post(conv1, 1)
		b.remove(conv1)
		time.Sleep(4 * sweepShared)
		synctest.Wait()
		if len(d.seqs) != 2 {
			t.Errorf("got %v", d.seqs)
		}
	})
}

// TestSeatBeforeTheConversation: a device that is there before its conversation is
// told of it from its beginning, with the hint, without, and when it began while the
// seat was being taken.
func TestSeatBeforeTheConversation(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"hint", "sweep", "race"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBooks()
				h := newHub(t, b, nil)
				defer h.Stop(context.Background())
				begin := func() {
					b.start(conv1, user1)
					b.post(conv1, 2)
				}
				if how == "race" {
					begin()
				}
				d := &device{hub: h, room: -1}
				d.seat = &Seat{App: app1, User: user1, Client: heliograph.ClientID{1}, Fresh: true, Sink: d}
				h.Join(d.seat, true)
				synctest.Wait()
				if how != "race" {
					if d.readies != 1 || !d.home.IsZero() {
						t.Fatalf("ready %d times, with %v", d.readies, d.home)
					}
					begin()
				}
				if how == "hint" {
					h.Changed([]heliograph.Hint{hint(heliograph.HintMessages)})
				} else {
					time.Sleep(2 * sweepShared)
				}
				synctest.Wait()
				if d.home != conv1 || !slices.Equal(d.seqs, []int64{1, 2}) {
					t.Errorf("at %v with %v", d.home, d.seqs)
				}
				h.Leave(d.seat)
				if len(h.feeds)+len(h.people) != 0 {
					t.Error("something is left")
				}
			})
		})
	}
}

func TestRecheck(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		one, two := join(h, 1, 0, true), join(h, 2, 0, true)
		synctest.Wait()
		user := heliograph.Hint{Kind: heliograph.HintUser, App: app1, User: user1}
		h.Changed([]heliograph.Hint{user, user})
		synctest.Wait()
		user.Client = two.seat.Client
		h.Changed([]heliograph.Hint{user})
		synctest.Wait()
		if one.rechecks != 1 || two.rechecks != 2 {
			t.Errorf("looked at %d and %d times", one.rechecks, two.rechecks)
		}
		b.mu.Lock()
		delete(b.rows, conv1) // merged into another user
		b.mu.Unlock()
		h.Changed([]heliograph.Hint{hint(heliograph.HintState)})
		synctest.Wait()
		if one.rechecks != 2 || two.rechecks != 3 {
			t.Errorf("looked at %d and %d times", one.rechecks, two.rechecks)
		}
	})
}

func TestPresence(t *testing.T) {
	t.Parallel()
	w := &watched{now: map[heliograph.ClientID]Presence{}}
	bubble(t, w, func(t *testing.T, h *Hub, _ *books) {
		is := func(client byte, online, foreground bool) {
			t.Helper()
			time.Sleep(time.Minute)
			synctest.Wait()
			id := heliograph.ClientID{client}
			if p := w.now[id]; p.Online != online || p.Foreground != foreground || p.User != user1 {
				t.Errorf("stored %+v", p)
			}
			at := slices.IndexFunc(h.Online(app1, user1), func(d heliograph.PresentDevice) bool { return d.Client == id })
			if at >= 0 != online || online && h.Online(app1, user1)[at].Foreground != foreground {
				t.Errorf("online are %+v", h.Online(app1, user1))
			}
		}
		tab1, tab2 := join(h, 1, 0, true), join(h, 1, 0, true)
		join(h, 2, 0, true)
		is(1, true, false)
		is(2, true, false)
		if len(h.Online(heliograph.AppID{9}, user1)) != 0 {
			t.Error("another app sees it")
		}
		if got := h.Present(); len(got) != 2 {
			t.Errorf("present are %+v", got)
		}
		h.Foreground(tab2.seat, true)
		is(1, true, true)
		calls := w.calls
		h.Foreground(tab2.seat, true)
		h.Foreground(tab1.seat, true)
		is(1, true, true)
		if w.calls != calls {
			t.Error("told what had not changed")
		}
		w.failing = 2
		h.Foreground(tab1.seat, false)
		h.Leave(tab2.seat)
		is(1, true, false)
		h.Leave(tab1.seat)
		h.Leave(tab1.seat)
		is(1, false, false)
	})
}

// TestDeviceBecomesAnotherUsers: the tabs of a device go over to another user one
// after the other, as after a merge. The device is told to be there as that one.
func TestDeviceBecomesAnotherUsers(t *testing.T) {
	t.Parallel()
	w := &watched{now: map[heliograph.ClientID]Presence{}}
	bubble(t, w, func(t *testing.T, h *Hub, _ *books) {
		tabs := []*device{join(h, 1, 0, true), join(h, 1, 0, true)}
		time.Sleep(time.Minute)
		user2 := heliograph.UserID{2}
		for _, tab := range tabs {
			h.Leave(tab.seat)
			d := &device{hub: h, room: -1}
			d.seat = &Seat{App: app1, User: user2, Client: tab.seat.Client, Conversation: conv1, Fresh: true, Sink: d}
			h.Join(d.seat, false)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if p := w.now[heliograph.ClientID{1}]; !p.Online || p.User != user2 {
			t.Errorf("stored %+v", p)
		}
	})
}

func TestTooManyConnectionsOfADevice(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, _ *books) {
		for range maxSeats {
			join(h, 1, 0, true)
		}
		if join(h, 1, 0, true).seat.here {
			t.Error("taken")
		}
		if !join(h, 2, 0, true).seat.here {
			t.Error("another device is refused")
		}
	})
}

// TestStop: everybody is told to go, and nobody comes in.
func TestStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBooks()
		b.start(conv1, user1)
		h := newHub(t, b, nil)
		one, two := join(h, 1, 0, true), join(h, 2, 0, true)
		h.Stop(context.Background())
		if !one.stopped || !two.stopped || h.Connected() != 0 {
			t.Error("somebody is still there")
		}
		if join(h, 3, 0, true).seat.here {
			t.Error("somebody came in")
		}
	})
}

// TestTooManyHints: what does not fit is told as "look at everything".
func TestTooManyHints(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		d := join(h, 1, 0, true)
		synctest.Wait()
		m := b.post(conv1, 1)
		list := []heliograph.Hint{hint(heliograph.HintMessages)}
		for range maxExtras + 5 {
			changed := hint(heliograph.HintChanged)
			changed.Message = m.ID
			list = append(list, changed)
		}
		h.Changed(list)
		synctest.Wait()
		if len(d.of("changed")) != maxExtras || len(d.of("user")) != 1 {
			t.Errorf("%d changes and %d times all", len(d.of("changed")), len(d.of("user")))
		}
	})
}

// TestErrorsOfTheDatabase: what could not be read is read soon after, without
// another hint, and nothing that was to be told is forgotten.
func TestErrorsOfTheDatabase(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		d := join(h, 1, 0, true)
		synctest.Wait()
		m := b.post(conv1, 1)
		changed := hint(heliograph.HintChanged)
		changed.Message = m.ID
		b.failing = 5
		h.Changed([]heliograph.Hint{hint(heliograph.HintMessages), changed})
		late := join(h, 2, 0, false)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if len(d.seqs) != 1 || len(d.of("changed")) != 1 || len(late.seqs) != 1 {
			t.Errorf("told %v and %v", d.frames, late.frames)
		}
	})
}

// TestLongWay: what takes more than one turn goes on by itself.
func TestLongWay(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		d := join(h, 1, 0, true)
		synctest.Wait()
		const n = pageSize*pagesPerTurn*2 + 7
		b.post(conv1, n)
		h.Changed([]heliograph.Hint{hint(heliograph.HintMessages)})
		synctest.Wait()
		if len(d.seqs) != n {
			t.Errorf("got %d of %d", len(d.seqs), n)
		}
		// One that comes back after long is given a page at a time.
		late := join(h, 2, 0, false)
		synctest.Wait()
		for pages := 1; len(late.seqs) < n; pages++ {
			if len(late.seqs) != pages*pageSize || len(late.frames) != pages {
				t.Fatalf("%d messages in %d frames before it has written page %d", len(late.seqs), len(late.frames), pages)
			}
			late.drain()
			synctest.Wait()
		}
	})
}

// TestCursorFromElsewhere: one that lies in the future, as after a restore, means
// from now on.
func TestCursorFromElsewhere(t *testing.T) {
	t.Parallel()
	bubble(t, nil, func(t *testing.T, h *Hub, b *books) {
		m := b.post(conv1, 2)
		d := join(h, 1, 1<<60, false)
		synctest.Wait()
		if n, at := d.where(); n != 1 || at != m.Received {
			t.Errorf("it is at %d", at)
		}
		b.post(conv1, 1)
		h.Changed([]heliograph.Hint{hint(heliograph.HintMessages)})
		synctest.Wait()
		if !slices.Equal(d.seqs, []int64{3}) {
			t.Errorf("got %v", d.seqs)
		}
	})
}
