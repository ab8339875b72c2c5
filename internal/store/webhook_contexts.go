package store

import (
	"cmp"
	"context"
	"slices"

	"heliograph"
	"heliograph/internal/webhook"
)

// WebhookContexts loads what webhook bodies are made from.
type WebhookContexts struct{ *Store }

// Load implements webhook.Contexts: a few queries for each app and kind of
// thing, however many are wanted.
func (s WebhookContexts) Load(ctx context.Context, wants []webhook.Want) ([]*webhook.Context, error) {
	byApp := map[heliograph.AppID][]int{}
	for i := range wants {
		byApp[wants[i].App] = append(byApp[wants[i].App], i)
	}
	out := make([]*webhook.Context, len(wants))
	for app, at := range byApp {
		l := contextLoader{s: s.Store, app: app}
		mine := make([]*webhook.Want, len(at))
		for i, n := range at {
			mine[i] = &wants[n]
		}
		if err := l.load(ctx, mine); err != nil {
			return nil, err
		}
		for _, n := range at {
			out[n] = l.context(&wants[n])
		}
	}
	return out, nil
}

// contextLoader holds what was loaded of one app.
type contextLoader struct {
	s          *Store
	app        heliograph.AppID
	deliveries map[heliograph.NotificationID]*heliograph.Delivery
	users      map[heliograph.UserID]*heliograph.User
	owned      map[heliograph.UserID][]heliograph.Client
	messages   map[heliograph.MessageID]*heliograph.Message
	clients    map[heliograph.ClientID]*heliograph.Client
}

func (l *contextLoader) load(ctx context.Context, wants []*webhook.Want) error {
	var deliveries set[heliograph.NotificationID]
	var users, withClients set[heliograph.UserID]
	var messages set[heliograph.MessageID]
	var clients set[heliograph.ClientID]
	for _, w := range wants {
		deliveries.add(w.Delivery)
		users.add(w.User)
		if w.Clients {
			withClients.add(w.User)
		}
		messages.add(w.Message)
		for _, id := range w.Recent {
			messages.add(id)
		}
		clients.add(w.Client)
	}
	var err error
	if l.deliveries, err = byID(ctx, l, scanDelivery, deliveryID, `SELECT `+deliveryColumns+` FROM deliveries WHERE app_id = $1 AND id IN `, deliveries.list); err != nil {
		return err
	}
	for _, w := range wants {
		if d := l.deliveries[w.Delivery]; w.DeliveryTo && d != nil {
			clients.add(d.Client)
		}
	}
	if l.users, err = byID(ctx, l, scanUser, userID, `SELECT `+userColumns+` FROM users WHERE app_id = $1 AND id IN `, users.list); err != nil {
		return err
	}
	if l.messages, err = byID(ctx, l, scanMessage, messageID, `SELECT `+messageColumns+` FROM messages WHERE app_id = $1 AND id IN `, messages.list); err != nil {
		return err
	}
	if l.clients, err = byID(ctx, l, scanClientRow, clientID, `SELECT `+clientColumns+` FROM clients WHERE app_id = $1 AND id IN `, clients.list); err != nil {
		return err
	}
	return l.loadOwned(ctx, withClients.list)
}

// loadOwned loads users' clients, oldest first.
func (l *contextLoader) loadOwned(ctx context.Context, users []heliograph.UserID) error {
	found, err := findAll(ctx, l.s, scanClient, `SELECT `+clientColumns+` FROM clients WHERE app_id = $1 AND user_id IN `, l.app, users)
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b heliograph.Client) int { return slices.Compare(a.ID[:], b.ID[:]) })
	l.owned = map[heliograph.UserID][]heliograph.Client{}
	for _, c := range found {
		l.owned[c.User] = append(l.owned[c.User], c)
	}
	return nil
}

func (l *contextLoader) context(w *webhook.Want) *webhook.Context {
	c := &webhook.Context{
		Delivery: l.deliveries[w.Delivery], User: l.users[w.User], Message: l.messages[w.Message], Client: l.clients[w.Client],
	}
	if w.DeliveryTo && c.Delivery != nil {
		c.Client = l.clients[c.Delivery.Client]
	}
	if w.Clients && c.User != nil {
		u := *c.User
		u.Clients = l.owned[u.ID]
		c.User = &u
	}
	for _, id := range w.Recent {
		if m := l.messages[id]; m != nil {
			c.Recent = append(c.Recent, m)
		}
	}
	slices.SortFunc(c.Recent, func(a, b *heliograph.Message) int { return cmp.Compare(a.Received, b.Received) })
	return c
}

func deliveryID(d *heliograph.Delivery) heliograph.NotificationID { return d.ID }
func userID(u *heliograph.User) heliograph.UserID                 { return u.ID }
func messageID(m *heliograph.Message) heliograph.MessageID        { return m.ID }
func clientID(c *heliograph.Client) heliograph.ClientID           { return c.ID }

func scanClientRow(row scanner) (*heliograph.Client, error) {
	c, err := scanClient(row)
	return &c, err
}

func byID[V any, K comparable](ctx context.Context, l *contextLoader, scan func(scanner) (V, error), key func(V) K, q string, ids []K) (map[K]V, error) {
	found, err := findAll(ctx, l.s, scan, q, l.app, ids)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	out := make(map[K]V, len(found))
	for _, v := range found {
		out[key(v)] = v
	}
	return out, nil
}

// set is a list of different ids, in the order they came.
type set[K comparable] struct {
	list []K
	has  map[K]struct{}
}

// add adds an id unless it is none.
func (s *set[K]) add(id K) {
	var none K
	if _, there := s.has[id]; there || id == none {
		return
	}
	if s.has == nil {
		s.has = map[K]struct{}{}
	}
	s.has[id] = struct{}{}
	s.list = append(s.list, id)
}
