package store

import (
	"context"
	"slices"

	"heliograph"
)

// OnChange sets who is told, after the commit, that there is something new to
// read: by this process's writes, and on PostgreSQL by those of others that
// Listen hears of. f must be quick, must not write to the store, and must leave
// the slice as it is. A hint may be lost, repeated or late.
func (s *Store) OnChange(f func([]heliograph.Hint)) { s.listen.changed.Store(&f) }

// Tell passes on hints of what is no write, such as typing, as those of a write
// are after its commit.
func (s *Store) Tell(hints []heliograph.Hint) {
	if s.offerHints(hints) {
		s.voice.say(hints)
	}
}

// offerHints hands hints to who listens here, and reports whether anybody does.
func (s *Store) offerHints(hints []heliograph.Hint) bool {
	f := s.listen.changed.Load()
	if f == nil {
		return false
	}
	if len(hints) > 0 {
		(*f)(hints)
	}
	return true
}

// hinting reports whether hints are worth making.
func (s *Store) hinting() bool { return s.listen.changed.Load() != nil }

// hint tells of a change once the transaction that ctx carries has committed.
func (s *Store) hint(ctx context.Context, h heliograph.Hint) {
	if !s.hinting() {
		return
	}
	if state, ok := ctx.Value(txKey{}).(*txState); ok {
		state.hint(h)
		return
	}
	s.Tell([]heliograph.Hint{h})
}

// hintsCompared bounds how many hints of a transaction a new one is compared with.
const hintsCompared = 64

// hint keeps h until the commit, unless what is kept says as much.
func (t *txState) hint(h heliograph.Hint) {
	if len(t.hints) <= hintsCompared && slices.ContainsFunc(t.hints, func(k heliograph.Hint) bool { return says(k, h) }) {
		return
	}
	t.hints = append(t.hints, h)
}

// says reports whether h is news to nobody who was told k: whoever reads new
// messages reads their conversation, too.
func says(k, h heliograph.Hint) bool {
	if k.Kind == heliograph.HintMessages && h.Kind == heliograph.HintState {
		h.Kind = k.Kind
	}
	return k == h
}

// hintAfter tells hints of a hot write once it committed.
func (s *Store) hintAfter(tx *hotTx, hints []heliograph.Hint) {
	if len(hints) > 0 {
		tx.after(func() { s.Tell(hints) })
	}
}

func messagesHint(app heliograph.AppID, user heliograph.UserID, c heliograph.ConversationID) heliograph.Hint {
	return heliograph.Hint{Kind: heliograph.HintMessages, App: app, User: user, Conversation: c}
}

func userHint(app heliograph.AppID, user heliograph.UserID) heliograph.Hint {
	return heliograph.Hint{Kind: heliograph.HintUser, App: app, User: user}
}

// clientHint tells that one device of a user is to be looked at again.
func clientHint(app heliograph.AppID, user heliograph.UserID, id heliograph.ClientID) heliograph.Hint {
	return heliograph.Hint{Kind: heliograph.HintUser, App: app, User: user, Client: id}
}
