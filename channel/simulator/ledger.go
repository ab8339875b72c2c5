package simulator

import (
	"container/list"
	"sync"
	"time"
)

// ledger remembers messages, phones and counts, each within its bound. What is
// beyond the bound is forgotten, the oldest first.
type ledger struct {
	mu     sync.Mutex
	limits Limits

	bySID  map[string]*message
	ring   []*message // the last limits.Messages of them
	next   int        // where the next goes in ring once it is full
	phones map[string]*list.Element
	recent *list.List // of *phone, the one used last in front
	counts counts
}

// phone is one person's phone.
type phone struct {
	number   string
	messages []*message // oldest first
	total    int
	last     *message // the last from outside: what an answer answers
}

func newLedger(limits Limits) *ledger {
	l := &ledger{limits: limits}
	l.clear()
	return l
}

// clear forgets everything.
func (l *ledger) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bySID = map[string]*message{}
	l.ring, l.next = nil, 0
	l.phones = map[string]*list.Element{}
	l.recent = list.New()
	l.counts = newCounts(l.limits.Counted)
}

// add remembers a message.
func (l *ledger) add(m *message) {
	if l.limits.NoHistory {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < l.limits.Messages {
		l.ring = append(l.ring, m)
	} else {
		delete(l.bySID, l.ring[l.next].sid)
		l.ring[l.next] = m
		l.next = (l.next + 1) % len(l.ring)
	}
	l.bySID[m.sid] = m
	p := l.phone(m.person())
	if len(p.messages) >= l.limits.PerPhone {
		copy(p.messages, p.messages[1:])
		p.messages = p.messages[:len(p.messages)-1]
	}
	p.messages = append(p.messages, m)
	p.total++
	if m.direction == outbound {
		p.last = m
	}
}

// phone returns the phone of number and makes it the one used last.
func (l *ledger) phone(number string) *phone {
	if e := l.phones[number]; e != nil {
		l.recent.MoveToFront(e)
		return e.Value.(*phone)
	}
	if l.recent.Len() >= l.limits.Phones {
		oldest := l.recent.Back()
		l.recent.Remove(oldest)
		delete(l.phones, oldest.Value.(*phone).number)
	}
	p := &phone{number: number}
	l.phones[number] = l.recent.PushFront(p)
	return p
}

// lastTo returns the sender, the messaging service and the account that wrote
// to a phone last.
func (l *ledger) lastTo(number string) (from, service, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.phones[number]; e != nil {
		if m := e.Value.(*phone).last; m != nil {
			return m.from, m.service, m.account
		}
	}
	return "", "", ""
}

// get returns a message of an account, with the lock held while use runs.
func (l *ledger) get(account, sid string, use func(*message)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.bySID[sid]
	if m == nil || account != "" && m.account != account {
		return false
	}
	use(m)
	return true
}

// forget removes a message by its sid.
func (l *ledger) forget(sid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.bySID[sid]
	if m == nil {
		return
	}
	delete(l.bySID, sid)
	if e := l.phones[m.person()]; e != nil {
		p := e.Value.(*phone)
		for i, other := range p.messages {
			if other == m {
				p.messages = append(p.messages[:i:i], p.messages[i+1:]...)
				break
			}
		}
	}
}

// newest calls use for every remembered message, the newest first, until it
// returns false.
func (l *ledger) newest(use func(*message) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.ring {
		m := l.ring[(l.next-1-i+2*len(l.ring))%len(l.ring)]
		if l.bySID[m.sid] == m && !use(m) {
			return
		}
	}
}

// reach brings m to a status unless it is beyond it already, and returns a view.
func (l *ledger) reach(m *message, to step, now time.Time) View {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rank(to.status) > rank(m.status) {
		m.status, m.errorCode, m.updated = to.status, to.code, now
		if m.sent.IsZero() {
			m.sent = now
		}
	}
	return m.view()
}

// change alters m under the lock and returns a view.
func (l *ledger) change(m *message, how func(*message)) View {
	l.mu.Lock()
	defer l.mu.Unlock()
	how(m)
	return m.view()
}
