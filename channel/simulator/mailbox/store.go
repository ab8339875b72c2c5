package mailbox

import (
	"slices"
	"strings"
)

// Incoming is a mail that a provider brings.
type Incoming struct {
	Via, Reference string
	Envelope       string // the envelope's sender
	To             string // whose mailbox
	Raw            []byte
	Auto           bool
}

// Normal is how an address is compared: people do not keep its case.
func Normal(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// Bring puts a mail into its mailbox.
func (b *Boxes) Bring(in Incoming) Mail {
	m := &Mail{
		ID: b.o.ID(), Box: Normal(in.To), Via: in.Via, Reference: in.Reference, Envelope: in.Envelope,
		Auto: in.Auto, At: b.o.Now(), Raw: in.Raw, Parsed: Parse(in.Raw),
	}
	m.History = []Entry{{At: m.At, Kind: Delivered}}
	out := b.add(m)
	b.tellChanged(out)
	if in.Via != "" && !in.Auto {
		b.answerInAbsence(out)
	}
	return out
}

func (b *Boxes) add(m *Mail) Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.box(m.Box)
	at.mails = append(at.mails, m)
	at.last = m.At
	b.byID[m.ID] = m
	b.order = append(b.order, m)
	b.bytes += len(m.Raw)
	for len(b.order) > 1 && (len(b.order) > b.o.Limits.Mails || b.bytes > b.o.Limits.Bytes) {
		b.drop(b.order[0])
		b.order[0] = nil
		b.order = b.order[1:]
	}
	return m.copied()
}

// drop forgets a mail, and its mailbox when it was the last.
func (b *Boxes) drop(m *Mail) {
	delete(b.byID, m.ID)
	b.bytes -= len(m.Raw)
	at := b.boxes[m.Box]
	at.mails = slices.DeleteFunc(at.mails, func(o *Mail) bool { return o == m })
	if len(at.mails) == 0 && at.absent == "" {
		delete(b.boxes, m.Box)
	}
}

func (b *Boxes) box(address string) *box {
	at := b.boxes[address]
	if at == nil {
		at = &box{address: address, answered: map[string]bool{}}
		b.boxes[address] = at
	}
	return at
}

func (m *Mail) copied() Mail {
	out := *m
	out.History = slices.Clone(m.History)
	return out
}

func (b *Boxes) tellChanged(m Mail) {
	if b.o.Changed != nil {
		b.o.Changed(m)
	}
}

// Get returns a mail of a mailbox.
func (b *Boxes) Get(address, id string) (Mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.byID[id]
	if m == nil || m.Box != Normal(address) {
		return Mail{}, false
	}
	return m.copied(), true
}

// Find returns the mail that a provider calls reference.
func (b *Boxes) Find(via, reference string) (Mail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range slices.Backward(b.order) {
		if m.Via == via && m.Reference == reference {
			return m.copied(), true
		}
	}
	return Mail{}, false
}

// change alters a mail, when it is still known, and tells of it.
func (b *Boxes) change(id string, how func(*Mail)) (Mail, bool) {
	b.mu.Lock()
	m := b.byID[id]
	if m == nil {
		b.mu.Unlock()
		return Mail{}, false
	}
	how(m)
	out := m.copied()
	b.mu.Unlock()
	b.tellChanged(out)
	return out, true
}

// note adds to a mail's history.
func (b *Boxes) note(id, kind, words string, told *Told) (Mail, bool) {
	return b.change(id, func(m *Mail) {
		m.History = append(m.History, Entry{At: b.o.Now(), Kind: kind, Note: words, Told: told})
	})
}

// Summary is a mailbox without its mails.
type Summary struct {
	Address string `json:"address"`
	Total   int    `json:"total"`
	Unread  int    `json:"unread"`
	Absent  string `json:"absent"` // what an answer in absence says
}

// List returns the mailboxes, the one used last first.
func (b *Boxes) List() []Summary {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*box, 0, len(b.boxes))
	for _, at := range b.boxes {
		all = append(all, at)
	}
	slices.SortFunc(all, func(x, y *box) int {
		if n := y.last.Compare(x.last); n != 0 {
			return n
		}
		return strings.Compare(x.address, y.address)
	})
	out := make([]Summary, 0, len(all))
	for _, at := range all {
		out = append(out, at.summary())
	}
	return out
}

func (at *box) summary() Summary {
	s := Summary{Address: at.address, Total: len(at.mails), Absent: at.absent}
	for _, m := range at.mails {
		if !m.Read && !m.Sent {
			s.Unread++
		}
	}
	return s
}

// Mails returns a mailbox and the newest mails in it, the newest first.
func (b *Boxes) Mails(address string, limit int) (Summary, []Mail) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.boxes[Normal(address)]
	if at == nil {
		return Summary{Address: Normal(address)}, nil
	}
	out := []Mail{}
	for _, m := range slices.Backward(at.mails) {
		if len(out) == limit {
			break
		}
		out = append(out, m.copied())
	}
	return at.summary(), out
}

// Clear forgets every mail. Who is absent stays so.
func (b *Boxes) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byID, b.order, b.bytes = map[string]*Mail{}, nil, 0
	for address, at := range b.boxes {
		if at.mails = nil; at.absent == "" {
			delete(b.boxes, address)
		}
		clear(at.answered)
	}
}
