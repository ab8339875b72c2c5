package store

// This file has a text per dialect: accepting a notification is a hot write.

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
)

// Notifications is what the store remembers of notifications.
type Notifications struct{ *Store }

const idempotencyRoute = notify.IdempotencyRoute

var acceptVerb = &verb{name: "accept", lane: laneAccept, run: runAccepts}

// Accept implements notify.Store.
func (s Notifications) Accept(a *notify.Accept, bulk bool, done func(error)) {
	l := laneAccept
	if bulk {
		l = laneBulk
	}
	s.writers.asyncIn(l, acceptVerb, a, done)
}

var hotReserve = hotStmt{
	row: `INSERT INTO idempotency (app_id, route, key, digest, status, answer, at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (app_id, route, key) DO UPDATE SET digest = excluded.digest, status = excluded.status, answer = excluded.answer, at = excluded.at
		WHERE idempotency.at < excluded.at - 86400000`,
	set: `INSERT INTO idempotency (app_id, route, key, digest, status, answer, at)
		SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bytea[], $5::smallint[], $6::text[], $7::bigint[]) AS v(app_id, route, key, digest, status, answer, at)
		ORDER BY app_id, route, key
		ON CONFLICT (app_id, route, key) DO UPDATE SET digest = excluded.digest, status = excluded.status, answer = excluded.answer, at = excluded.at
		WHERE idempotency.at < excluded.at - 86400000 RETURNING app_id, key`,
	types: "bttbiti",
	key:   []int{0, 2},
}

// A refused notification gives its key back.
var hotRelease = hotStmt{
	row:   `DELETE FROM idempotency WHERE app_id = ? AND route = ? AND key = ?`,
	set:   `DELETE FROM idempotency k USING unnest($1::bytea[], $2::text[], $3::text[]) AS v(app_id, route, key) WHERE k.app_id = v.app_id AND k.route = v.route AND k.key = v.key`,
	types: "btt",
}

var hotKept = hotStmt{
	row: `SELECT digest, status, answer FROM idempotency WHERE app_id = ? AND route = ? AND key = ?`,
	set: `SELECT v.i, k.digest, k.status, k.answer FROM unnest($1::bytea[], $2::text[], $3::text[]) WITH ORDINALITY AS v(app_id, route, key, i)
		JOIN idempotency k ON k.app_id = v.app_id AND k.route = v.route AND k.key = v.key`,
	types: "btt",
}

// Who owns the address: on this integration, or on another of the same channel.
var hotOwner = hotStmt{
	row: `SELECT c.id, c.user_id, c.integration_id, u.conversation_id, u.external_id FROM clients c JOIN users u ON u.app_id = c.app_id AND u.id = c.user_id
		WHERE c.app_id = ? AND c.address = ? AND c.platform = ? AND c.status <> 'pending'`,
	set: `SELECT v.i, c.id, c.user_id, c.integration_id, u.conversation_id, u.external_id FROM unnest($1::bytea[], $2::text[], $3::text[]) WITH ORDINALITY AS v(app_id, address, platform, i)
		JOIN clients c ON c.app_id = v.app_id AND c.address = v.address AND c.platform = v.platform AND c.status <> 'pending'
		JOIN users u ON u.app_id = c.app_id AND u.id = c.user_id ORDER BY v.i`,
	types: "btt",
}

var hotLockConversation = hotStmt{
	row: `SELECT seq, last_received, messages, unread FROM conversations WHERE app_id = ? AND id = ?`,
	set: `SELECT v.i, c.seq, c.last_received, c.messages, c.unread FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS v(app_id, id, i)
		JOIN conversations c ON c.app_id = v.app_id AND c.id = v.id ORDER BY c.app_id, c.id FOR UPDATE OF c`,
	types: "bb",
}

var hotAdvance = hotStmt{
	row: `UPDATE conversations SET seq = ?, last_received = ?, messages = ?, unread = ? WHERE app_id = ? AND id = ?`,
	set: `UPDATE conversations c SET seq = v.seq, last_received = v.last_received, messages = v.messages, unread = v.unread
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[]) AS v(seq, last_received, messages, unread, app_id, id)
		WHERE c.app_id = v.app_id AND c.id = v.id`,
	types: "iiiibb",
}

var hotNewUser = hotStmt{
	row: `INSERT INTO users (app_id, id, conversation_id, credential_required, doc, created_at) VALUES (?, ?, ?, FALSE, '{}', ?)`,
	set: `INSERT INTO users (app_id, id, conversation_id, credential_required, doc, created_at)
		SELECT a, b, c, FALSE, '{}', d FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[]) AS v(a, b, c, d)`,
	types: "bbbi",
}

var hotNewClient = hotStmt{
	row: `INSERT INTO clients (app_id, id, user_id, integration_id, platform, address, status, is_primary, conversation_id, doc, linked_at, last_seen)
		VALUES (?, ?, ?, ?, ?, ?, 'active', TRUE, ?, ?, ?, 0)`,
	set: `INSERT INTO clients (app_id, id, user_id, integration_id, platform, address, status, is_primary, conversation_id, doc, linked_at, last_seen)
		SELECT a, b, c, d, e, f, 'active', TRUE, g, h::json, i, 0
		FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::bytea[], $8::text[], $9::bigint[]) AS v(a, b, c, d, e, f, g, h, i)
		ORDER BY a, f, e, d`,
	types: "bbbbttbti",
}

var hotNewConversation = hotStmt{
	row: `INSERT INTO conversations (app_id, id, user_id, seq, last_received, messages, unread, business_read, user_read, last_user_at, context_from, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?)`,
	set: `INSERT INTO conversations (app_id, id, user_id, seq, last_received, messages, unread, business_read, user_read, last_user_at, context_from, created_at)
		SELECT a, b, c, d, e, f, g, 0, 0, 0, 0, h
		FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[]) AS v(a, b, c, d, e, f, g, h)`,
	types: "bbbiiiii",
}

var hotConverse = hotStmt{
	row: `UPDATE users SET conversation_id = ? WHERE app_id = ? AND id = ? AND conversation_id IS NULL`,
	set: `UPDATE users u SET conversation_id = v.c FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) WITH ORDINALITY AS v(c, a, b, i)
		WHERE u.app_id = v.a AND u.id = v.b AND u.conversation_id IS NULL RETURNING v.i`,
	types: "bbb",
}

var hotConverseClients = hotStmt{
	row:   `UPDATE clients SET conversation_id = ? WHERE app_id = ? AND user_id = ?`,
	set:   `UPDATE clients x SET conversation_id = v.c FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS v(c, a, b) WHERE x.app_id = v.a AND x.user_id = v.b`,
	types: "bbb",
}

var hotMessage = hotStmt{
	row: `INSERT INTO messages (app_id, id, conversation_id, user_id, notification_id, seq, received, role, source_at, doc) VALUES (?, ?, ?, ?, ?, ?, ?, 'appMaker', ?, ?)`,
	set: `INSERT INTO messages (app_id, id, conversation_id, user_id, notification_id, seq, received, role, source_at, doc)
		SELECT a, b, c, d, e, f, g, 'appMaker', h, i::json
		FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[]) AS v(a, b, c, d, e, f, g, h, i)`,
	types: "bbbbbiiit",
}

var hotDelivery = hotStmt{
	row: `INSERT INTO deliveries (` + deliveryColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	set: `INSERT INTO deliveries (` + deliveryColumns + `)
		SELECT c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19::json
		FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bytea[], $5::text[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[], $10::text[],
			$11::smallint[], $12::smallint[], $13::text[], $14::text[], $15::smallint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::text[])
			AS v(c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19)`,
	types: "bbtbtbbbbtiittiiiit",
}

// addressKey is an address of an app on a channel.
type addressKey struct {
	app      heliograph.AppID
	platform string
	address  string
}

// owner is a user who owns an address, and on which integrations of its channel.
type owner struct {
	user    *heliograph.User
	clients map[heliograph.IntegrationID]heliograph.ClientID
	fresh   bool // made by this batch
}

// thread is a conversation that a batch writes to.
type thread struct {
	app                             heliograph.AppID
	id                              heliograph.ConversationID
	user                            heliograph.UserID
	seq, received, messages, unread int64
	fresh                           bool
	listed                          bool // it is to be written
	created                         heliograph.Millis
}

// twin is an accept whose key an earlier one of its batch took.
type twin struct{ of, a *notify.Accept }

// accepting is one batch of accepts.
type accepting struct {
	tx      *hotTx
	todo    []*notify.Accept
	owners  map[addressKey][]*owner
	threads map[heliograph.ConversationID]*thread
	order   []*thread

	users, clients, conversations, starts, advances, messages, deliveries, queue, refused params

	first    []*delivery.Claim // attempts that begin with the acceptance
	starting []*heliograph.Start
	twins    []twin
	leased   map[sendsFrom]bool
	careful  careful
}

func runAccepts(ctx context.Context, tx *hotTx, args []any) error {
	b := &accepting{tx: tx, owners: map[addressKey][]*owner{}, threads: map[heliograph.ConversationID]*thread{}, leased: map[sendsFrom]bool{}, careful: careful{}}
	all := make([]*notify.Accept, len(args))
	for i, arg := range args {
		all[i] = arg.(*notify.Accept)
		all[i].Replay, all[i].Err, all[i].User = nil, nil, nil
		if start := all[i].Start; start != nil {
			start.Taken, start.Suppressed = false, false
		}
	}
	if err := b.askFirst(all); err != nil {
		return err
	}
	if err := b.findOwners(all); err != nil {
		return err
	}
	if err := b.reserve(ctx, all); err != nil {
		return err
	}
	if err := tx.wait(ctx); err != nil {
		return err
	}
	if err := b.meetStrangers(ctx); err != nil {
		return err
	}
	if err := b.lockThreads(ctx); err != nil {
		return err
	}
	for _, a := range b.todo {
		if err := b.place(a); err != nil {
			return err
		}
	}
	for _, t := range b.twins {
		if t.of.Err != nil { // its key was given back
			t.a.Replay, t.a.Err = nil, t.of.Err
		}
	}
	if err := b.write(ctx); err != nil {
		return err
	}
	b.hint()
	return b.begin(ctx)
}

// reserve takes the idempotency keys; what was asked before is answered from
// what was kept, and is not done again.
func (b *accepting) reserve(ctx context.Context, all []*notify.Accept) error {
	var p params
	var keyed []*notify.Accept
	first := map[string]*notify.Accept{}
	for _, a := range all {
		if a.Key == "" {
			b.todo = append(b.todo, a)
			continue
		}
		id := string(a.Delivery.App[:]) + a.Key
		if of := first[id]; of != nil { // equal keys meet in one batch
			a.Replay = &notify.Replay{Status: 201, Body: of.Answer, Same: bytes.Equal(a.Digest, of.Digest)}
			b.twins = append(b.twins, twin{of, a})
			continue
		}
		first[id] = a
		p.add(idBytes(a.Delivery.App), idempotencyRoute, a.Key, a.Digest, int64(201), a.Answer, int64(a.Delivery.Created))
		keyed = append(keyed, a)
	}
	reserved, err := b.tx.execEach(ctx, &hotReserve, &p)
	if err != nil {
		return err
	}
	var asked params
	var again []*notify.Accept
	for i, a := range keyed {
		if reserved[i] {
			b.todo = append(b.todo, a)
			continue
		}
		asked.add(idBytes(a.Delivery.App), idempotencyRoute, a.Key)
		again = append(again, a)
	}
	err = b.tx.query(ctx, &hotKept, &asked, func(i int, c cells) error {
		again[i].Replay = &notify.Replay{Status: int(c.int(1)), Body: c.text(2), Same: bytes.Equal(again[i].Digest, c.bytes(0))}
		return nil
	})
	if err != nil {
		return err
	}
	// A twin in this batch may have met a key that was used before.
	for _, a := range all {
		if a.Key == "" || a.Replay == nil {
			continue
		}
		if twin := first[string(a.Delivery.App[:])+a.Key]; twin != a && twin.Replay != nil {
			a.Replay = &notify.Replay{Status: twin.Replay.Status, Body: twin.Replay.Body, Same: bytes.Equal(a.Digest, twin.Digest) && twin.Replay.Same}
		}
	}
	return nil
}

// findOwners looks every address up once. Whom a key that was used before was
// for is looked up in vain: the answers come together.
func (b *accepting) findOwners(all []*notify.Accept) error {
	var keys []addressKey
	for _, a := range all {
		k := addressOf(a)
		if _, seen := b.owners[k]; !seen {
			b.owners[k] = nil
			keys = append(keys, k)
		}
	}
	return b.askOwners(keys)
}

func addressOf(a *notify.Accept) addressKey {
	return addressKey{a.Delivery.App, a.Delivery.Channel, a.Delivery.Address}
}

func (b *accepting) askOwners(keys []addressKey) error {
	var p params
	for _, k := range keys {
		p.add(idBytes(k.app), k.address, k.platform)
	}
	return b.tx.along(&hotOwner, &p, func(i int, c cells) error {
		var user heliograph.UserID
		copy(user[:], c.bytes(1))
		o := ownerOf(b.owners[keys[i]], user)
		if o == nil {
			o = &owner{user: &heliograph.User{ID: user, App: keys[i].app, ExternalID: c.text(4)}, clients: map[heliograph.IntegrationID]heliograph.ClientID{}}
			copy(o.user.Conversation[:], c.bytes(3))
			b.owners[keys[i]] = append(b.owners[keys[i]], o)
		}
		var client heliograph.ClientID
		var integration heliograph.IntegrationID
		copy(client[:], c.bytes(0))
		copy(integration[:], c.bytes(2))
		o.clients[integration] = client
		return nil
	})
}

func ownerOf(list []*owner, user heliograph.UserID) *owner {
	for _, o := range list {
		if o.user.ID == user {
			return o
		}
	}
	return nil
}

// owner returns whose address a notification goes to: the owner on its own
// integration before one on another of the channel, and a new user when there
// is none.
func (b *accepting) owner(a *notify.Accept) *owner {
	k := addressOf(a)
	list := b.owners[k]
	for _, o := range list {
		if _, own := o.clients[a.Delivery.Integration]; own {
			return o
		}
	}
	if len(list) == 0 {
		list = []*owner{{fresh: true, user: &heliograph.User{ID: a.NewUser, App: k.app}, clients: map[heliograph.IntegrationID]heliograph.ClientID{}}}
		b.owners[k] = list
	}
	return list[0]
}

// lockThreads locks the conversations that exist, in the order of their ids.
func (b *accepting) lockThreads(ctx context.Context) error {
	var p params
	var list []*thread
	for _, a := range b.todo {
		for _, o := range b.owners[addressOf(a)] {
			if o.user.Conversation.IsZero() || b.threads[o.user.Conversation] != nil {
				continue
			}
			t := &thread{app: o.user.App, id: o.user.Conversation, user: o.user.ID}
			b.threads[t.id] = t
			list = append(list, t)
			p.add(idBytes(t.app), idBytes(t.id))
		}
	}
	found := 0
	err := b.tx.query(ctx, &hotLockConversation, &p, func(i int, c cells) error {
		t := list[i]
		t.seq, t.received, t.messages, t.unread = c.int(0), c.int(1), c.int(2), c.int(3)
		found++
		return nil
	})
	if err == nil && found != len(list) {
		return errLostRace // a merge or a deletion was faster: look again
	}
	return err
}

// place finds or makes the user, client and conversation of one notification
// and gives it its place there.
func (b *accepting) place(a *notify.Accept) error {
	d, m := a.Delivery, a.Message
	if a.KnownOnly && !b.known(a) {
		a.Err = notify.ErrUnknownDevice()
		b.refuse(a)
		return nil
	}
	o := b.owner(a)
	t := b.thread(o, a)
	if t.messages >= heliograph.MaxMessages {
		a.Err = heliograph.Errorf(heliograph.Locked, heliograph.CodeLocked, "the conversation holds %d messages; delete them to go on", heliograph.MaxMessages)
		b.refuse(a)
		return nil
	}
	if err := b.client(o, a, t); err != nil {
		return err
	}
	if !t.listed {
		t.listed = true
		b.order = append(b.order, t)
	}
	t.seq++
	t.received = max(t.received+1, int64(d.Created))
	t.messages++
	t.unread++
	d.User, d.Client, d.Conversation = o.user.ID, o.clients[d.Integration], t.id
	m.User, m.Conversation, m.Seq, m.Received = d.User, t.id, t.seq, heliograph.Millis(t.received)
	a.User = &heliograph.User{ID: o.user.ID, App: d.App, ExternalID: o.user.ExternalID, Conversation: t.id}

	doc, err := contentDocOf(&m.Content)
	if err != nil {
		return err
	}
	b.messages.add(idBytes(m.App), idBytes(m.ID), idBytes(m.Conversation), idBytes(m.User), notificationBytes(m.Notification), m.Seq, int64(m.Received), scheduledAt(d), doc)
	row, err := deliveryArgs(d)
	if err != nil {
		return err
	}
	b.deliveries.add(row...)
	b.enqueue(a)
	return nil
}

// refuse gives back what a notification took that is refused.
func (b *accepting) refuse(a *notify.Accept) {
	if a.Key != "" {
		b.refused.add(idBytes(a.Delivery.App), idempotencyRoute, a.Key)
	}
}

// known reports whether somebody has the address of a notification at its
// integration.
func (b *accepting) known(a *notify.Accept) bool {
	return slices.ContainsFunc(b.owners[addressOf(a)], func(o *owner) bool {
		_, own := o.clients[a.Delivery.Integration]
		return own
	})
}

// scheduledAt is when a notification is to be sent; nil: at once.
func scheduledAt(d *heliograph.Delivery) any {
	if d.Details.Scheduled == 0 {
		return nil
	}
	return int64(d.Details.Scheduled)
}

func (b *accepting) thread(o *owner, a *notify.Accept) *thread {
	if t := b.threads[o.user.Conversation]; t != nil && !o.user.Conversation.IsZero() {
		return t
	}
	t := &thread{app: o.user.App, id: a.NewConversation, user: o.user.ID, fresh: true, created: a.Delivery.Created}
	o.user.Conversation = t.id
	b.threads[t.id] = t
	if o.fresh {
		b.users.add(idBytes(o.user.App), idBytes(o.user.ID), idBytes(t.id), int64(a.Delivery.Created))
	} else {
		b.starts.add(idBytes(t.id), idBytes(o.user.App), idBytes(o.user.ID))
	}
	return t
}

// client makes the user's client on the notification's integration unless it
// has one.
func (b *accepting) client(o *owner, a *notify.Accept, t *thread) error {
	d := a.Delivery
	if _, have := o.clients[d.Integration]; have {
		return nil
	}
	doc, err := json.Marshal(&heliograph.ClientDetails{DisplayName: d.Address})
	if err != nil {
		return err
	}
	o.clients[d.Integration] = a.NewClient
	b.clients.add(idBytes(d.App), idBytes(a.NewClient), idBytes(o.user.ID), idBytes(d.Integration), d.Channel, d.Address, idBytes(t.id), string(doc), int64(d.Created))
	return nil
}

func (b *accepting) write(ctx context.Context) error {
	for _, t := range b.order {
		if t.fresh {
			b.conversations.add(idBytes(t.app), idBytes(t.id), idBytes(t.user), t.seq, t.received, t.messages, t.unread, int64(t.created))
		} else {
			b.advances.add(t.seq, t.received, t.messages, t.unread, idBytes(t.app), idBytes(t.id))
		}
	}
	started, err := b.tx.execEach(ctx, &hotConverse, &b.starts)
	if err != nil {
		return err
	}
	if slices.Contains(started, false) {
		return errLostRace // somebody else started it, or the user is gone: look again
	}
	steps := []struct {
		st *hotStmt
		p  *params
	}{
		{&hotNewUser, &b.users}, {&hotConverseClients, &b.starts}, {&hotNewClient, &b.clients},
		{&hotNewConversation, &b.conversations}, {&hotAdvance, &b.advances},
		{&hotMessage, &b.messages}, {&hotDelivery, &b.deliveries}, {&hotQueue, &b.queue}, {&hotRelease, &b.refused},
	}
	for _, step := range steps {
		if err := b.tx.exec(ctx, step.st, step.p); err != nil {
			return err
		}
	}
	return nil
}
