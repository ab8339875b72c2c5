package store

import (
	"bytes"
	"context"

	"heliograph"
	"heliograph/internal/conversation"
)

// Sayings are what users say, many at once.
type Sayings struct{ *Store }

var sayVerb = &verb{name: "say", lane: laneAccept, last: true, run: runSayings}

// Say stores what a user says and returns when it is committed, unless it is
// not of the usual kind: then nothing is stored. Inside somebody's transaction
// nothing is.
func (s Sayings) Say(ctx context.Context, what *conversation.Saying) error {
	what.Done, what.Kept = false, nil
	if ctx.Value(txKey{}) != nil {
		return nil
	}
	return s.writers.do(ctx, sayVerb, saying{s.Store, what})
}

type saying struct {
	s *Store
	*conversation.Saying
}

// said is one saying of a batch.
type said struct {
	*conversation.Saying
	place  *conversation.Place
	before heliograph.Millis // when the newest message before it was received
	twin   *said             // an earlier one of the batch with the same key
	digest []byte            // of the request that the key stands for
	kept   bool              // the provider's request was stored by this batch
	same   *said             // an earlier one of the batch for the same fact
	over   bool              // it is decided: there is nothing to store
}

// heldConversation is a conversation as it is by now.
type heldConversation struct {
	now     *heliograph.Conversation
	changed bool
}

// saidIn is one batch of sayings.
type saidIn struct {
	s     *Store
	tx    *hotTx
	all   []*said
	first map[string]*said // by idempotency key
	held  map[heliograph.ConversationID]*heldConversation
	order []*heldConversation // that changed
	seen  map[heliograph.ClientID]heliograph.Millis

	messages, saves, clients, answers, released, forgotten params

	events hotEvents
}

func runSayings(ctx context.Context, tx *hotTx, args []any) error {
	b := &saidIn{
		s: args[0].(saying).s, tx: tx, all: make([]*said, len(args)), first: map[string]*said{},
		held: map[heliograph.ConversationID]*heldConversation{}, seen: map[heliograph.ClientID]heliograph.Millis{},
	}
	for i, arg := range args {
		what := arg.(saying).Saying
		what.Done, what.Kept = false, nil
		b.all[i] = &said{Saying: what}
	}
	// What others may have to wait for comes first, in the order in which the
	// other way in takes it as well.
	for _, step := range []func(context.Context) error{b.take, b.keep, b.find, b.outbound, b.speak, b.contexts, b.write} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// take takes the idempotency keys. What was asked before is answered from what
// was kept.
func (b *saidIn) take(ctx context.Context) error {
	var p, asked params
	var keyed, again []*said
	for _, o := range b.all {
		if o.Once == nil {
			continue
		}
		id := string(o.App[:]) + o.Once.Route + "\x00" + o.Once.Key
		if o.twin = b.first[id]; o.twin != nil {
			o.over = true
			continue
		}
		b.first[id] = o
		o.digest = o.Once.Digest
		p.add(o.App[:], o.Once.Route, o.Once.Key, o.digest, int64(o.At))
		keyed = append(keyed, o)
	}
	taken, err := b.tx.execEach(ctx, &hotTakeKey, &p)
	if err != nil {
		return err
	}
	for i, o := range keyed {
		if !taken[i] {
			o.over = true
			again = append(again, o)
			asked.add(o.App[:], o.Once.Route, o.Once.Key)
		}
	}
	return b.tx.query(ctx, &hotKept, &asked, func(i int, c cells) error {
		o := again[i]
		o.digest = c.bytes(0)
		o.Kept = &conversation.Kept{Status: int(c.int(1)), Answer: c.text(2), Same: bytes.Equal(o.digest, o.Once.Digest), Again: true}
		return nil
	})
}

// keep stores the requests of providers. A fact that was taken in before is
// done.
func (b *saidIn) keep(ctx context.Context) error {
	var p params
	var from []*said
	for _, o := range b.all {
		if f := o.From; f != nil {
			p.add(o.App[:], f.Record[:], f.Integration.ID[:], f.Key, int64(o.At), notNull(f.Raw))
			from = append(from, o)
		}
	}
	fresh, err := b.tx.execEach(ctx, &hotInbound, &p)
	if err != nil {
		return err
	}
	type fact struct {
		in  heliograph.IntegrationID
		key string
	}
	keeper := map[fact]*said{}
	for i, o := range from {
		if o.kept = fresh[i]; o.kept {
			keeper[fact{o.From.Integration.ID, o.From.Key}] = o
		}
	}
	for _, o := range from {
		if !o.kept {
			o.over, o.Done, o.same = true, true, keeper[fact{o.From.Integration.ID, o.From.Key}]
		}
	}
	return nil
}

// speak asks what is to be stored, in the order in which it came.
func (b *saidIn) speak(context.Context) error {
	for _, o := range b.all {
		if o.over || o.place == nil {
			continue
		}
		held := b.held[o.place.Conversation.ID]
		conv := *held.now
		o.place.Conversation = &conv
		if !o.Write(o.place) {
			continue
		}
		if o.Once != nil {
			answer, err := o.Answer()
			if err != nil {
				continue // the other way in fails, too, and tells why
			}
			o.Kept = &conversation.Kept{Status: o.Once.Status, Answer: answer, Same: true}
		}
		if !held.changed {
			held.changed = true
			b.order = append(b.order, held)
		}
		o.before, held.now = held.now.LastReceived, &conv
		if c := o.place.Client; c != nil {
			b.seen[c.ID] = max(b.seen[c.ID], o.At)
		}
		o.Done = true
	}
	return nil
}

// write stores what was said. What was not gives back what it took.
func (b *saidIn) write(ctx context.Context) error {
	for _, o := range b.all {
		switch {
		case o.over:
		case o.Done:
			if err := b.add(o); err != nil {
				return err
			}
		case o.kept:
			b.forgotten.add(o.App[:], o.From.Record[:])
		case o.Once != nil:
			b.released.add(o.App[:], o.Once.Route, o.Once.Key)
		}
	}
	for _, o := range b.all {
		if o.same != nil && !o.same.Done {
			o.Done = false // what was to be stored with it was not
		}
	}
	for _, h := range b.order {
		b.saves.add(saveArgs(h.now)...)
	}
	steps := []struct {
		st *hotStmt
		p  *params
	}{
		{&hotSeen, &b.clients}, {&hotSaid, &b.messages}, {&hotSaveConversation, &b.saves}, {&hotAnswerKey, &b.answers},
		{&hotRelease, &b.released}, {&hotForget, &b.forgotten},
	}
	for _, step := range steps {
		if err := b.tx.exec(ctx, step.st, step.p); err != nil {
			return err
		}
	}
	b.answerTwins()
	b.hint()
	return b.events.write(ctx, b.s, b.tx)
}

func (b *saidIn) add(o *said) error {
	if c := o.place.Client; c != nil && b.seen[c.ID] > 0 {
		b.clients.add(int64(b.seen[c.ID]), c.App[:], c.ID[:], int64(b.seen[c.ID]))
		b.seen[c.ID] = 0 // once for each client
	}
	for _, x := range o.place.Spoken {
		doc, err := contentDocOf(&x.Message.Content)
		if err != nil {
			return err
		}
		b.messages.add(saidArgs(x.Message, doc)...)
		if err := b.events.add(x.Event, &heliograph.EventContext{User: o.place.User, Message: x.Message}); err != nil {
			return err
		}
	}
	if o.Once != nil {
		b.answers.add(int64(o.Kept.Status), o.Kept.Answer, o.App[:], o.Once.Route, o.Once.Key)
	}
	return nil
}

// answerTwins answers those whose key came twice in the batch from the first.
func (b *saidIn) answerTwins() {
	for _, o := range b.all {
		if o.twin == nil || o.twin.Kept == nil {
			continue
		}
		k := *o.twin.Kept
		k.Same, k.Again = bytes.Equal(o.twin.digest, o.Once.Digest), true
		o.Kept = &k
	}
}

// notNull is b for a column that cannot be NULL.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// hint tells of the conversations that something was said in.
func (b *saidIn) hint() {
	if !b.s.hinting() {
		return
	}
	hints := make([]heliograph.Hint, 0, len(b.order))
	for _, h := range b.order {
		hints = append(hints, messagesHint(h.now.App, h.now.User, h.now.ID))
	}
	b.s.hintAfter(b.tx, hints)
}
