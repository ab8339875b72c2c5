package simulator

import (
	"container/list"
	"sync"
	"time"
)

// ledger remembers messages, threads and counts, each within its bound. What is
// beyond the bound is forgotten, the oldest first.
type ledger struct {
	mu     sync.Mutex
	limits Limits

	bySID  map[string]*Message
	ring   []*Message // the last limits.Messages of them
	next   int        // where the next goes in ring once it is full
	phones map[threadKey]*list.Element
	recent *list.List // of *thread, the one used last in front
	counts counts
}

// threadKey names what one person sees of one channel: the text messages of a
// phone, its WhatsApp messages, a mailbox.
type threadKey struct{ channel, person string }

// thread holds the messages of one.
type thread struct {
	threadKey
	messages []*Message // oldest first
	total    int
	last     *Message // the last from outside: what an answer answers
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
	l.bySID = map[string]*Message{}
	l.ring, l.next = nil, 0
	l.phones = map[threadKey]*list.Element{}
	l.recent = list.New()
	l.counts = newCounts(l.limits.Counted)
}

// add remembers a message.
func (l *ledger) add(m *Message) {
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
	p := l.thread(m.thread())
	if len(p.messages) >= l.limits.PerPhone {
		copy(p.messages, p.messages[1:])
		p.messages = p.messages[:len(p.messages)-1]
	}
	p.messages = append(p.messages, m)
	p.total++
	if m.direction == Outbound {
		p.last = m
	}
}

// thread returns a thread and makes it the one used last.
func (l *ledger) thread(key threadKey) *thread {
	if e := l.phones[key]; e != nil {
		l.recent.MoveToFront(e)
		return e.Value.(*thread)
	}
	if l.recent.Len() >= l.limits.Phones {
		oldest := l.recent.Back()
		l.recent.Remove(oldest)
		delete(l.phones, oldest.Value.(*thread).threadKey)
	}
	p := &thread{threadKey: key}
	l.phones[key] = l.recent.PushFront(p)
	return p
}

// lastText returns the text message that a phone got last, when there is one.
func (l *ledger) lastText(number string) (View, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.phones[threadKey{ChannelSMS, number}]; e != nil {
		if m := e.Value.(*thread).last; m != nil {
			return m.view(), true
		}
	}
	return View{}, false
}

// get returns a message of an account, with the lock held while use runs.
func (l *ledger) get(account, sid string, use func(*Message)) bool {
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
	if e := l.phones[m.thread()]; e != nil {
		p := e.Value.(*thread)
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
func (l *ledger) newest(use func(*Message) bool) {
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
func (l *ledger) reach(m *Message, to Step, now time.Time) View {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rank(to.Status) > rank(m.status) {
		m.status, m.errorCode, m.updated = to.Status, to.Code, now
		if m.sent.IsZero() {
			m.sent = now
		}
	}
	return m.view()
}

// change alters m under the lock and returns a view.
func (l *ledger) change(m *Message, how func(*Message)) View {
	l.mu.Lock()
	defer l.mu.Unlock()
	how(m)
	return m.view()
}
