package conversation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"heliograph"
	"heliograph/channel"
)

// maxAtOnce is how many messages are taken in by one transaction: others must
// not wait long for a large batch.
const maxAtOnce = 50

// Receive stores a provider's request and takes in the messages it holds: when it
// returns nil, nothing of them can be lost, and a repetition changes nothing, or
// finishes what was not. raw is kept as evidence. Facts that are no messages are
// left out.
func (s *Service) Receive(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	facts = slices.DeleteFunc(slices.Clone(facts), func(f channel.Fact) bool { return f.Message == nil })
	for some := range slices.Chunk(facts, maxAtOnce) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.receiveSome(ctx, in, raw, some); err != nil {
			return err
		}
	}
	return nil
}

// receiveSome takes in messages in one transaction.
func (s *Service) receiveSome(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	if len(facts) == 1 {
		if done, err := s.receiveKnown(ctx, in, raw, facts[0]); done || err != nil {
			return err
		}
	}
	held, err := s.hold(ctx, in, facts)
	if err != nil {
		return err
	}
	return s.Tx.Atomically(ctx, func(ctx context.Context) error {
		fresh, err := s.keep(ctx, in, raw, facts)
		if err != nil {
			return err
		}
		for i := range facts {
			if !fresh[i] {
				continue
			}
			if err := s.receive(ctx, in, &facts[i], func(n int) heliograph.MediaID { return held.of(i, n) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep stores the request under each fact's key, and tells which are new.
func (s *Service) keep(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) ([]bool, error) {
	keys := make([]string, len(facts))
	ids := make([]heliograph.RecordID, len(facts))
	for i := range facts {
		keys[i], ids[i] = factKey(facts[i].Key), s.IDs.Record()
	}
	return s.Inbound.Keep(ctx, in, s.now(), raw, keys, ids)
}

// maxKey is how long a fact's key may be to be kept as it is.
const maxKey = 256

// factKey bounds a key that a provider chose.
func factKey(key string) string {
	if key = clean(key); len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// receiveKnown tries the fast way, for somebody of whom the provider tells no
// name that is news.
func (s *Service) receiveKnown(ctx context.Context, in *heliograph.Integration, raw []byte, fact channel.Fact) (done bool, err error) {
	f := *fact.Message
	address, settled, err := s.Identities.Known(ctx, in.App, in.Type, namesOf(&f))
	if err != nil || !settled || f.Reaction || f.Automatic || f.Resubscribes || f.Proven {
		return false, err
	}
	f.From = address
	fact.Message = &f
	return s.receiveFast(ctx, in, raw, &fact)
}

// namesOf are the addresses of whoever wrote f, the best first.
func namesOf(f *channel.MessageFact) []string {
	names := []string{clean(f.From)}
	for _, a := range f.Aliases {
		names = append(names, clean(a))
	}
	return names
}

// identify finds the address under which the writer of f is kept: that of the
// delivery it provably answers, else what the provider's names say.
func (s *Service) identify(ctx context.Context, in *heliograph.Integration, f *channel.MessageFact) error {
	if f.Proven && !f.Answers.IsZero() {
		sent, err := s.Messages.Delivered(ctx, in.App, f.Answers)
		if err != nil {
			return err
		}
		if sent != nil && sent.Integration == in.ID {
			f.From = sent.Address
			return nil
		}
	}
	address, settled, err := s.Identities.Known(ctx, in.App, in.Type, namesOf(f))
	if err == nil && !settled {
		address, err = s.Identities.Identify(ctx, in.App, in.Type, namesOf(f))
	}
	f.From = address
	return err
}

// receive takes in one message of a customer. Clients are written before the
// conversation is held, as everywhere, so that no two callers wait for each other.
// held tells what was stored of its attachments.
func (s *Service) receive(ctx context.Context, in *heliograph.Integration, fact *channel.Fact, held func(int) heliograph.MediaID) error {
	now := s.now()
	f := cleaned(fact.Message)
	app, err := s.Apps.App(ctx, in.App)
	if err != nil {
		return err
	}
	if err := s.identify(ctx, in, f); err != nil {
		return err
	}
	stop := s.meaning(app, f, false) == stopWord
	if err := s.Links.ConfirmByActivity(ctx, in, f.From, f.Text, stop); err != nil {
		return err
	}
	user, client, err := s.sender(ctx, in, f, now)
	if err != nil {
		return err
	}
	id := s.IDs.Message()
	word, reply, err := s.keyword(ctx, app, user, client, id, f)
	if err != nil {
		return err
	}
	if !f.Automatic {
		if err := s.Inbound.Seen(ctx, user.App, client.ID, now); err != nil {
			return err
		}
	}
	conv, err := s.Conversations.Lock(ctx, user.App, user.Conversation)
	if err != nil {
		return err
	}
	answers, err := s.attribute(ctx, in, conv, f, now)
	if err != nil {
		return err
	}
	h := &heard{in: in, at: fact.At, f: f, user: user, client: client, answers: answers}
	for i, c := range contents(f) {
		if i > 0 {
			id = s.IDs.Message()
		}
		contextFrom := takeIn(conv, now)
		m, data := h.message(conv, id, *kept(app, &c)), h.event()
		if err := s.adopt(ctx, in, m, f, i, held); err != nil {
			return err
		}
		if word != "" || f.Reaction || f.Automatic {
			// Not an answer to what was sent: the next real one gets the context.
			err = s.tell(ctx, user, conv, m, data)
		} else {
			err = s.customerSaid(ctx, user, conv, m, contextFrom, data)
		}
		if err != nil {
			return err
		}
	}
	return s.reply(ctx, user, client, reply, now)
}
