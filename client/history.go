package client

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
)

// history are the messages of the conversation that the device has, the oldest first.
type history struct {
	all   []*Message
	older bool // the server has more
}

// maxHistory is how many messages are held; older ones can be loaded again.
const maxHistory = 5000

// merge adds a page of the server's. older tells whether more comes before it.
func (h *history) merge(page []*Message, older bool) {
	if len(page) > 0 && (len(h.all) == 0 || before(page[0], h.all[0]) < 0) || len(h.all) == 0 {
		h.older = older
	}
	for _, m := range page {
		h.add(m)
	}
}

// add puts a message in its place, or in the place of itself. It reports whether
// it is new.
func (h *history) add(m *Message) bool {
	i, found := slices.BinarySearchFunc(h.all, m, before)
	if found {
		h.all[i] = m
		return false
	}
	h.all = slices.Insert(h.all, i, m)
	if extra := len(h.all) - maxHistory; extra > 0 {
		h.all = slices.Delete(h.all, 0, extra)
		h.older = true
	}
	return true
}

func before(a, b *Message) int {
	return cmp.Or(cmp.Compare(a.received, b.received), cmp.Compare(a.ID, b.ID))
}

// change replaces a message that is there.
func (h *history) change(m *Message) {
	if i := h.find(m.ID); i >= 0 {
		h.all[i] = m
	}
}

// remove takes a message away; "": all of them.
func (h *history) remove(id string) {
	if id == "" {
		*h = history{}
	} else if i := h.find(id); i >= 0 {
		h.all = slices.Delete(h.all, i, i+1)
	}
}

func (h *history) find(id string) int {
	return slices.IndexFunc(h.all, func(m *Message) bool { return m.ID == id })
}

// recent remembers the newest ids of a stream.
type recent struct {
	have  map[string]bool
	order []string
}

// add reports whether an id is new.
func (r *recent) add(id string) bool {
	if r.have[id] {
		return false
	}
	if r.have == nil {
		r.have = map[string]bool{}
	}
	r.have[id] = true
	if r.order = append(r.order, id); len(r.order) > 2000 {
		for _, old := range r.order[:1000] {
			delete(r.have, old)
		}
		r.order = slices.Clone(r.order[1000:])
	}
	return true
}

// page is an answer to GET /messages.
type page struct {
	Messages     []*Message
	Cursor       string
	HasMore      bool
	Conversation *Conversation
}

// Messages are those of the conversation that the device has, the oldest first:
// the newest page and what came since, and what LoadOlder got.
func (c *Client) Messages() *MessageList {
	c.mu.Lock()
	defer c.mu.Unlock()
	return &MessageList{all: slices.Clone(c.history.all)}
}

// HasOlder reports whether there are older messages than the device has.
func (c *Client) HasOlder() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.history.older
}

// LoadOlder gets the page before the oldest message, and returns it. The listener
// is not told of them.
func (c *Client) LoadOlder() (*MessageList, error) {
	c.mu.Lock()
	session, query := c.state.Session, url.Values{}
	if len(c.history.all) > 0 {
		query.Set("before", c.history.all[0].Cursor)
	}
	c.mu.Unlock()
	var out page
	err := c.session(func(ctx context.Context, cred credentials) error {
		out = page{}
		return c.json(ctx, cred, http.MethodGet, "/messages?"+query.Encode(), nil, &out)
	})
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session == session {
		for _, m := range out.Messages {
			c.history.add(m)
		}
		c.history.older = out.HasMore
	}
	return &MessageList{all: out.Messages}, nil
}
