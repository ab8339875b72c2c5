package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const shopName = "Example Kitchen"

// article is what the shop sells.
type article struct {
	ID, Name, Price, Picture, About string
}

// articles is what there is. A picture is the name of a drawing in shop.svg.
func articles() []article {
	return []article{
		{"kettle", "Copper kettle", "€ 64", "kettle", "Holds a litre and a half. Whistles."},
		{"pan", "Iron pan", "€ 48", "pan", "28 cm, seasoned, for a lifetime."},
		{"mug", "Stoneware mug", "€ 18", "mug", "Thrown by hand, each a little different."},
	}
}

// order is something that somebody bought.
type order struct {
	ID       string `json:"id"`
	Article  string `json:"article"` // its name
	Customer string `json:"-"`       // the customer's id at the shop; "": nobody who is known
	User     string `json:"-"`       // the user's id at the server, as soon as it is known
	State    string `json:"state"`
	token    string // of who bought anonymously
	thanked  bool
}

// of reports whether an order is a user's. Who signed in may have become another
// user of the server than the one who bought.
func (o *order) of(user, customer string) bool {
	return o.User == user || customer != "" && o.Customer == customer
}

// The states of orders.
const (
	orderPlaced   = "placed"
	orderTimed    = "to be delivered"
	orderPacked   = "packed"
	orderShipped  = "on its way"
	orderReceived = "received"
)

// buy records an order. token proves to say afterwards which user has bought.
func (s *shop) buy(id, customer, token string) (*order, bool) {
	all := articles()
	i := slices.IndexFunc(all, func(a article) bool { return a.ID == id })
	if i < 0 {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	o := &order{ID: strconv.Itoa(s.number), Article: all[i].Name, Customer: customer, State: orderPlaced, token: token}
	s.orders = append(s.orders, o)
	s.orders = s.orders[max(0, len(s.orders)-shopKeep):]
	return o, true
}

// boughtBy says which user of the messenger has bought. When the conversation had
// started before, there is nothing to wait for.
func (s *shop) boughtBy(ctx context.Context, id, token, user string) (bool, error) {
	o := s.update(id, func(o *order) bool {
		if o.token != token || o.User != "" && o.User != user {
			return false
		}
		o.User = user
		return true
	})
	if o == nil {
		return false, nil
	}
	started, err := s.hasStarted(ctx, user)
	if err != nil || !started {
		return true, err
	}
	return true, s.thank(ctx, user)
}

// hasStarted reports whether a user's conversation started: the webhook told, or
// it was before the shop was.
func (s *shop) hasStarted(ctx context.Context, user string) (bool, error) {
	s.mu.Lock()
	started := s.started[user]
	s.mu.Unlock()
	if started {
		return true, nil
	}
	var out struct {
		AppUser struct{ ConversationStarted bool } `json:"appUser"`
	}
	err := s.api.call(ctx, http.MethodGet, "/appusers/"+url.PathEscape(user), nil, &out)
	return out.AppUser.ConversationStarted, err
}

// start notes that a user's conversation started, and thanks for what the user bought.
func (s *shop) start(ctx context.Context, user, customer string) error {
	s.mu.Lock()
	if len(s.started) >= shopKeep {
		clear(s.started)
	}
	s.started[user] = true
	for _, o := range s.orders {
		if o.User == "" && o.Customer != "" && o.Customer == customer {
			o.User = user
		}
	}
	s.mu.Unlock()
	return s.thank(ctx, user)
}

// thank writes to a user about orders that nothing was said of yet.
func (s *shop) thank(ctx context.Context, user string) error {
	for {
		s.mu.Lock()
		i := slices.IndexFunc(s.orders, func(o *order) bool { return o.User == user && !o.thanked })
		if i < 0 {
			s.mu.Unlock()
			return nil
		}
		o := s.orders[i]
		o.thanked = true
		id, name := o.ID, o.Article
		s.mu.Unlock()
		err := s.say(ctx, user, map[string]any{
			"text": fmt.Sprintf("Thanks for your order %s: one %s. When shall we bring it?", id, name),
			"actions": []map[string]string{
				{"type": "reply", "text": "Tomorrow morning", "payload": "time:" + id + ":tomorrow morning"},
				{"type": "reply", "text": "Tomorrow evening", "payload": "time:" + id + ":tomorrow evening"},
				{"type": "reply", "text": "I will fetch it", "payload": "fetch:" + id},
			},
		})
		if err != nil {
			s.update(id, func(o *order) bool { o.thanked = false; return true })
			return err
		}
	}
}

// packing is how long a parcel takes to leave: time to close the page, and to see
// the message find its reader elsewhere.
const packing = 5 * time.Second

// ship has the parcel packed, and sent a little later.
func (s *shop) ship(id string) bool {
	o := s.update(id, func(o *order) bool {
		if o.User == "" || o.State == orderPacked || o.State == orderShipped || o.State == orderReceived {
			return false
		}
		o.State = orderPacked
		return true
	})
	if o == nil {
		return false
	}
	s.after(packing, func() { s.leave(id) })
	return true
}

// leave tells the buyer of a parcel that it is on its way, wherever they are now.
func (s *shop) leave(id string) {
	o := s.update(id, func(o *order) bool { o.State = orderShipped; return true })
	if o == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := s.say(ctx, cmp.Or(o.Customer, o.User), map[string]any{
		"text":    fmt.Sprintf("Your %s is on its way: order %s.", o.Article, id),
		"actions": []map[string]string{{"type": "postback", "text": "It has arrived", "payload": "arrived:" + id}},
	})
	if err != nil {
		s.log.Warn("the shop could not tell that a parcel left", "order", id, "err", err)
	}
}

// say writes to a user.
func (s *shop) say(ctx context.Context, user string, message map[string]any) error {
	message["role"], message["type"], message["name"] = "appMaker", "text", shopName
	return s.api.call(ctx, http.MethodPost, "/appusers/"+url.PathEscape(user)+"/messages", message, nil)
}

// update changes an order when change allows it, and returns it as it is then.
func (s *shop) update(id string, change func(*order) bool) *order {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.orders {
		if o.ID == id && change(o) {
			now := *o
			return &now
		}
	}
	return nil
}

// placed returns the orders of whoever proves to have placed them, the newest first.
func (s *shop) placed(customer, token string) []order {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []order{}
	for _, o := range slices.Backward(s.orders) {
		if customer != "" && o.Customer == customer || token != "" && o.token == token {
			out = append(out, *o)
		}
	}
	return out
}
