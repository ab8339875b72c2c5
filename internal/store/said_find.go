package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"heliograph"
	"heliograph/internal/conversation"
)

// find finds who says something, and holds the conversations. Whoever has none,
// or one that is held elsewhere, gets no place.
func (b *saidIn) find(ctx context.Context) error {
	var byID, byName, bySender []*said
	var ids, names, senders params
	for _, o := range b.all {
		id := userIDOf(o.Name)
		switch {
		case o.over:
		case o.From != nil:
			senders.add(o.App[:], o.From.Address, o.From.Integration.Type, o.From.Integration.ID[:])
			bySender = append(bySender, o)
		case id != nil:
			ids.add(o.App[:], id)
			byID = append(byID, o)
		default:
			names.add(o.App[:], o.Name, nil)
			byName = append(byName, o)
		}
	}
	if err := b.tx.along(&hotSender, &senders, func(i int, c cells) error { return b.found(bySender[i], c) }); err != nil {
		return err
	}
	if err := b.tx.query(ctx, &hotUserByID, &ids, func(i int, c cells) error { return b.found(byID[i], c) }); err != nil {
		return err
	}
	for _, o := range byID {
		if o.place == nil {
			names.add(o.App[:], o.Name, userIDOf(o.Name))
			byName = append(byName, o)
		}
	}
	return b.tx.query(ctx, &hotUserByName, &names, func(i int, c cells) error { return b.found(byName[i], c) })
}

// userIDOf returns the id that a name reads as; nil when it reads as none.
func userIDOf(name string) any {
	var id heliograph.UserID
	if len(name) != 2*len(id) || id.UnmarshalText([]byte(name)) != nil {
		return nil
	}
	return idBytes(id)
}

// found gives o the place that c tells of.
func (b *saidIn) found(o *said, c cells) error {
	conv := conversationFromCells(o.App, c[saidUserWidth:])
	copy(conv.User[:], c.bytes(0))
	if b.held[conv.ID] == nil {
		b.held[conv.ID] = &heldConversation{now: conv}
	}
	u, err := userFromCells(o.App, conv.ID, c)
	if err != nil {
		return err
	}
	o.place = &conversation.Place{User: u, Conversation: conv}
	if o.From != nil {
		o.place.Client, err = o.client(u, c[saidUserWidth+saidConversationWidth:])
	}
	return err
}

// userFromCells reads saidUser.
func userFromCells(app heliograph.AppID, conv heliograph.ConversationID, c cells) (*heliograph.User, error) {
	u := &heliograph.User{App: app, ExternalID: c.text(1), CredentialRequired: c.int(2) != 0, Conversation: conv, Created: heliograph.Millis(c.int(4))}
	copy(u.ID[:], c.bytes(0))
	return u, document(c.bytes(3), &u.Profile)
}

// document reads a document; most are empty.
func document(doc []byte, into any) error {
	if bytes.Equal(doc, []byte("{}")) {
		return nil
	}
	return json.Unmarshal(doc, into)
}

// conversationFromCells reads saidConversation; whose it is stands before it.
func conversationFromCells(app heliograph.AppID, c cells) *heliograph.Conversation {
	millis := func(i int) heliograph.Millis { return heliograph.Millis(c.int(i)) }
	out := &heliograph.Conversation{
		App: app, Seq: c.int(1), LastReceived: millis(2), Messages: c.int(3), Unread: c.int(4),
		BusinessRead: millis(5), UserRead: millis(6), LastUserAt: millis(7), ContextFrom: millis(8), Created: millis(9),
	}
	copy(out.ID[:], c.bytes(0))
	return out
}

// client reads saidClient.
func (o *said) client(u *heliograph.User, c cells) (*heliograph.Client, error) {
	out := &heliograph.Client{
		App: o.App, User: u.ID, Integration: o.From.Integration.ID, Platform: o.From.Integration.Type, Address: o.From.Address,
		Status: heliograph.ClientStatus(c.text(1)), Primary: c.int(2) != 0, LinkedAt: heliograph.Millis(c.int(5)), LastSeen: heliograph.Millis(c.int(6)),
	}
	copy(out.ID[:], c.bytes(0))
	copy(out.Conversation[:], c.bytes(3))
	return out, document(c.bytes(4), &out.Details)
}

// outbound reads what was sent lately to those who write to an integration.
func (b *saidIn) outbound(ctx context.Context) error {
	var p params
	var asked []*said
	for _, o := range b.all {
		if o.place != nil && o.From != nil && o.place.Conversation.Seq > 0 {
			p.add(o.App[:], o.place.Conversation.ID[:], int64(o.From.Since), int64(conversation.RecentSent))
			asked = append(asked, o)
		}
	}
	at := make([][]sentAt, len(asked))
	err := b.tx.query(ctx, &hotOutbound, &p, func(i int, c cells) error {
		sent, err := sentFromCells(c)
		at[i] = append(at[i], sentAt{c.int(0), sent})
		return err
	})
	for i, o := range asked {
		slices.SortStableFunc(at[i], func(x, y sentAt) int { return cmp.Compare(y.received, x.received) })
		for _, x := range at[i] {
			o.place.Sent = append(o.place.Sent, x.sent)
		}
	}
	return err
}

type sentAt struct {
	received int64
	sent     conversation.Sent
}

// contexts adds to the events the notifications that go with them. Those that
// were received since the last message that took some along can only be there
// when that is not the newest message.
func (b *saidIn) contexts(ctx context.Context) error {
	var received, scheduled params
	var receivedBy, scheduledBy []int
	var spoken []conversation.Spoken
	for _, o := range b.all {
		if !o.Done || o.place == nil {
			continue
		}
		before := o.before
		for _, x := range o.place.Spoken {
			m := x.Message
			row := []any{m.App[:], m.Conversation[:], int64(x.After), int64(m.Received), int64(conversation.MaxContext)}
			if before > x.After {
				received.add(row...)
				receivedBy = append(receivedBy, len(spoken))
			}
			scheduled.add(row...)
			scheduledBy = append(scheduledBy, len(spoken))
			spoken = append(spoken, x)
			before = m.Received
		}
	}
	found := make([][]recent, len(spoken))
	read := func(by []int) func(int, cells) error {
		return func(i int, c cells) error {
			r := recent{at: heliograph.Millis(c.int(1))}
			copy(r.id[:], c.bytes(0))
			found[by[i]] = append(found[by[i]], r)
			return nil
		}
	}
	if err := b.tx.along(&hotReceived, &received, read(receivedBy)); err != nil {
		return err
	}
	if err := b.tx.query(ctx, &hotScheduled, &scheduled, read(scheduledBy)); err != nil {
		return err
	}
	for i, x := range spoken {
		x.Event.Data.Context = newest(found[i], conversation.MaxContext)
		slices.Reverse(x.Event.Data.Context)
	}
	return nil
}
