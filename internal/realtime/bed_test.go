package realtime

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"heliograph"
)

// books is a database in memory. It fails as often as it is told to.
type books struct {
	mu       sync.Mutex
	rows     map[heliograph.ConversationID]*heliograph.Conversation
	messages map[heliograph.ConversationID][]*heliograph.Message
	homes    map[heliograph.UserID]heliograph.ConversationID
	failing  int
	reads    int
	creep    int    // how many messages come right after a row was read
	crept    func() // is told of each
}

var errBroken = errors.New("the database is away")

func newBooks() *books {
	return &books{
		rows: map[heliograph.ConversationID]*heliograph.Conversation{}, messages: map[heliograph.ConversationID][]*heliograph.Message{},
		homes: map[heliograph.UserID]heliograph.ConversationID{},
	}
}

func (b *books) read() error {
	b.reads++
	if b.failing > 0 {
		b.failing--
		return errBroken
	}
	return nil
}

func (b *books) start(c heliograph.ConversationID, u heliograph.UserID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows[c] = &heliograph.Conversation{ID: c, App: app1, User: u}
	b.homes[u] = c
}

// post stores n messages and returns the newest.
func (b *books) post(c heliograph.ConversationID, n int) *heliograph.Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	var m *heliograph.Message
	for range n {
		m = b.add(c)
	}
	return m
}

func (b *books) add(c heliograph.ConversationID) *heliograph.Message {
	row := b.rows[c]
	row.Seq++
	row.Unread++
	row.LastReceived += 10
	m := &heliograph.Message{ID: heliograph.MessageID{c[0], byte(row.Seq >> 8), byte(row.Seq)}, App: app1, Conversation: c, User: row.User, Seq: row.Seq, Received: row.LastReceived}
	b.messages[c] = append(b.messages[c], m)
	return m
}

// last returns how many messages there were.
func (b *books) last(c heliograph.ConversationID) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rows[c].Seq
}

// remove takes the newest message.
func (b *books) remove(c heliograph.ConversationID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.messages[c]); n > 0 {
		b.messages[c] = b.messages[c][:n-1]
	}
}

func (b *books) seen(c heliograph.ConversationID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows[c].Unread = 0
	b.rows[c].UserRead++
}

func (b *books) Conversation(_ context.Context, _ heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.read(); err != nil {
		return nil, err
	}
	row, ok := b.rows[id]
	if !ok {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeConversationNotFound, "none")
	}
	clone := *row
	if b.creep > 0 {
		b.creep--
		b.add(id)
		go b.crept()
	}
	return &clone, nil
}

func (b *books) News(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, moment heliograph.Millis, limit int) (*heliograph.Conversation, []*heliograph.Message, error) {
	b.mu.Lock()
	_, ok := b.rows[id]
	b.mu.Unlock()
	if !ok {
		_, err := b.Conversation(ctx, app, id)
		return nil, nil, err
	}
	list, err := b.After(ctx, app, id, moment, limit)
	if err != nil {
		return nil, nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	row := *b.rows[id]
	if n := len(list); n > 0 && n < limit {
		row.LastReceived = list[n-1].Received
	}
	if b.creep > 0 {
		b.creep--
		b.add(id)
		go b.crept()
	}
	return &row, list, nil
}

func (b *books) Conversations(_ context.Context, _ heliograph.AppID, ids []heliograph.ConversationID) ([]*heliograph.Conversation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.read(); err != nil {
		return nil, err
	}
	var out []*heliograph.Conversation
	for _, id := range ids {
		if row, ok := b.rows[id]; ok {
			clone := *row
			out = append(out, &clone)
		}
	}
	return out, nil
}

func (b *books) After(_ context.Context, _ heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.read(); err != nil {
		return nil, err
	}
	var out []*heliograph.Message
	for _, m := range b.messages[c] {
		if m.Received > moment && len(out) < limit {
			out = append(out, m)
		}
	}
	return out, nil
}

func (b *books) Message(_ context.Context, _ heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.read(); err != nil {
		return nil, err
	}
	for _, list := range b.messages {
		for _, m := range list {
			if m.ID == id {
				return m, nil
			}
		}
	}
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "none")
}

func (b *books) ConversationOf(_ context.Context, _ heliograph.AppID, u heliograph.UserID) (heliograph.ConversationID, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.homes[u], b.read()
}

// plainFrames encode for the test's eyes.
type plainFrames struct{}

type seenFrame struct {
	T      string
	Seqs   []int64
	Live   bool
	Unread int64
	ID     string
	On     bool
}

func frame(v seenFrame, cursor heliograph.Millis) *Frame {
	text, _ := json.Marshal(v)
	return &Frame{Text: text, Cursor: cursor}
}

func (plainFrames) Messages(c *heliograph.Conversation, list []*heliograph.Message, live bool) *Frame {
	v := seenFrame{T: "messages", Live: live, Unread: c.Unread}
	for _, m := range list {
		v.Seqs = append(v.Seqs, m.Seq)
	}
	return frame(v, list[len(list)-1].Received)
}

func (plainFrames) Conversation(c *heliograph.Conversation) *Frame {
	return frame(seenFrame{T: "conversation", Unread: c.Unread}, 0)
}
func (plainFrames) Typing(t *heliograph.Typing) *Frame {
	return frame(seenFrame{T: "typing", On: t.On}, 0)
}
func (plainFrames) Changed(m *heliograph.Message) *Frame {
	return frame(seenFrame{T: "changed", ID: m.ID.String()}, 0)
}
func (plainFrames) Removed(id heliograph.MessageID) *Frame {
	return frame(seenFrame{T: "removed", ID: id.String()}, 0)
}
func (plainFrames) User() *Frame { return frame(seenFrame{T: "user"}, 0) }

// device is a connection that keeps what it was told.
type device struct {
	hub  *Hub
	seat *Seat

	mu     sync.Mutex
	frames []seenFrame
	seqs   []int64 // of the messages, as they came
	cursor heliograph.Millis
	room   int // frames that it takes before it is lost; below 0: any number
	lost   bool
	more   bool
	rechecks,
	readies int
	home    heliograph.ConversationID
	stopped bool
}

func (d *device) Ready(c *heliograph.Conversation, cursor heliograph.Millis) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.readies++
	if c != nil {
		d.home = c.ID
		d.cursor = cursor
	}
	return !d.lost
}

func (d *device) Put(f *Frame) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.room == 0 {
		d.lost = true
	}
	if d.lost {
		return false
	}
	d.room--
	var v seenFrame
	if err := json.Unmarshal(f.Text, &v); err != nil {
		panic(err)
	}
	d.frames = append(d.frames, v)
	d.seqs = append(d.seqs, v.Seqs...)
	if f.Cursor != 0 {
		d.cursor = f.Cursor
	}
	return true
}

func (d *device) More() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.more = true
}

// drain says that everything was written.
func (d *device) drain() {
	d.mu.Lock()
	more := d.more
	d.more = false
	d.mu.Unlock()
	if more {
		d.hub.Next(d.seat)
	}
}

func (d *device) Recheck(context.Context) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rechecks++
}

func (d *device) Stop() {
	d.mu.Lock()
	d.stopped = true
	d.mu.Unlock()
	d.hub.Leave(d.seat)
}

// where returns how often it was told to be ready, and where it is.
func (d *device) where() (readies int, cursor heliograph.Millis) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.readies, d.cursor
}

// of returns the frames of one kind.
func (d *device) of(kind string) []seenFrame {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(d.frames), func(v seenFrame) bool { return v.T != kind })
}

type noFigures struct{}

func (noFigures) LiveFrames(int)   {}
func (noFigures) LiveReads(string) {}

// watched keeps what it was told of who is here.
type watched struct {
	mu      sync.Mutex
	now     map[heliograph.ClientID]Presence
	failing int
	calls   int
}

func (w *watched) Present(_ context.Context, changes []Presence) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	if w.failing > 0 {
		w.failing--
		return errBroken
	}
	for _, c := range changes {
		if have := w.now[c.Client]; c.Online || have.User == c.User { // as the store does
			w.now[c.Client] = c
		}
	}
	return nil
}

var (
	app1  = heliograph.AppID{1}
	user1 = heliograph.UserID{1}
	conv1 = heliograph.ConversationID{1}
)

func newHub(t *testing.T, b *books, w Watch) *Hub {
	t.Helper()
	h := New(Options{Source: b, Frames: plainFrames{}, Watch: w, Figures: noFigures{}, Shared: true, Jitter: func() float64 { return 0.5 }, Log: slog.New(slog.DiscardHandler)})
	h.Start()
	return h
}

// join has a device of user1 join conv1.
func join(h *Hub, client byte, cursor heliograph.Millis, fresh bool) *device {
	d := &device{hub: h, room: -1}
	d.seat = &Seat{App: app1, User: user1, Client: heliograph.ClientID{client}, Conversation: conv1, Cursor: cursor, Fresh: fresh, Sink: d}
	d.cursor = cursor
	h.Join(d.seat, false)
	return d
}

func hint(kind heliograph.HintKind) heliograph.Hint {
	return heliograph.Hint{Kind: kind, App: app1, User: user1, Conversation: conv1}
}
