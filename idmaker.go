package heliograph

import (
	"encoding/binary"
	"io"
	"sync"
)

// IDMaker makes ids. Those of one maker are unique and sort in the order they
// were made; it is safe for concurrent use.
type IDMaker struct {
	now  Clock
	rand io.Reader

	mu      sync.Mutex
	process [5]byte
	milli   int64 // of the newest id
	count   uint32
	uuid    int64 // milliseconds of the newest notification id
	sub     uint16
}

// NewIDMaker returns a maker that reads the time from now and randomness from
// random (crypto/rand.Reader outside tests). It panics when random fails: a
// process without randomness must not start.
func NewIDMaker(now Clock, random io.Reader) *IDMaker {
	m := &IDMaker{now: now, rand: random}
	if _, err := io.ReadFull(random, m.process[:]); err != nil {
		panic("no randomness for ids: " + err.Error())
	}
	return m
}

// perMilli is how many ids of one millisecond are told apart by their count.
const perMilli = 1 << 14

func (m *IDMaker) next() (id [12]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// A clock that steps back must not break the order: the last moment is kept.
	if ms := m.now().UnixMilli(); ms > m.milli {
		m.milli, m.count = ms, 0
	} else if m.count++; m.count >= perMilli {
		m.milli, m.count = m.milli+1, 0
	}
	binary.BigEndian.PutUint32(id[:4], uint32(m.milli/1000))
	within := uint32(m.milli%1000)*perMilli + m.count
	id[4], id[5], id[6] = byte(within>>16), byte(within>>8), byte(within)
	copy(id[7:], m.process[:])
	return id
}

// Notification returns a new UUIDv7: 48 bits of milliseconds, a 12-bit counter
// within the millisecond (RFC 9562 section 6.2, method 1), 62 random bits.
func (m *IDMaker) Notification() (id NotificationID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ms := m.now().UnixMilli(); ms > m.uuid {
		m.uuid, m.sub = ms, 0
	} else if m.sub++; m.sub >= 1<<12 {
		m.uuid, m.sub = m.uuid+1, 0
	}
	if _, err := io.ReadFull(m.rand, id[8:]); err != nil {
		panic("no randomness for ids: " + err.Error())
	}
	binary.BigEndian.PutUint64(id[:8], uint64(m.uuid)<<16|0x7000|uint64(m.sub))
	id[8] = id[8]&0x3f | 0x80
	return id
}

// One method for each kind of id.

func (m *IDMaker) Org() OrgID                   { return m.next() }
func (m *IDMaker) App() AppID                   { return m.next() }
func (m *IDMaker) Key() KeyID                   { return m.next() }
func (m *IDMaker) Integration() IntegrationID   { return m.next() }
func (m *IDMaker) User() UserID                 { return m.next() }
func (m *IDMaker) Client() ClientID             { return m.next() }
func (m *IDMaker) Conversation() ConversationID { return m.next() }
func (m *IDMaker) Message() MessageID           { return m.next() }
func (m *IDMaker) Event() EventID               { return m.next() }
func (m *IDMaker) Webhook() WebhookID           { return m.next() }
func (m *IDMaker) Process() ProcessID           { return m.next() }
func (m *IDMaker) Template() TemplateID         { return m.next() }
func (m *IDMaker) Media() MediaID               { return m.next() }
func (m *IDMaker) Record() RecordID             { return m.next() }
func (m *IDMaker) Service() ServiceID           { return m.next() }

// Hex returns 24 hex digits for things that have no table of their own, such
// as the actions of a message.
func (m *IDMaker) Hex() string { return RecordID(m.next()).String() }
