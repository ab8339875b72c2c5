package simulator

import (
	"net/http"
	"strconv"
)

// Phone is a phone as the simulator's own endpoints show it.
type Phone struct {
	Number   string   `json:"number"`
	Total    int      `json:"total"`   // messages so far, forgotten ones too
	Answers  string   `json:"answers"` // whom an answer would go to
	Blocked  []string `json:"blocked"` // the senders that this person refuses
	Messages []View   `json:"messages"`
}

// getPhones answers the phones, the one used last first. ?limit= bounds them
// (50), ?messages= the messages shown of each (50).
func (s *Simulator) getPhones(w http.ResponseWriter, r *http.Request) {
	limit := queryInt(r, "limit", 50)
	out := []Phone{}
	total := 0
	s.ledger.mu.Lock()
	for e := s.ledger.recent.Front(); e != nil; e = e.Next() {
		p := e.Value.(*thread)
		if p.channel != ChannelSMS {
			continue
		}
		if total++; len(out) < limit {
			out = append(out, p.phone(queryInt(r, "messages", 50)))
		}
	}
	s.ledger.mu.Unlock()
	for i := range out {
		out[i].Blocked = s.blocks.of(out[i].Number)
	}
	WriteJSON(w, http.StatusOK, map[string]any{"phones": out, "total": total})
}

// getPhone answers one phone. Every number is a phone, one that nobody has
// written to yet as well.
func (s *Simulator) getPhone(w http.ResponseWriter, r *http.Request) {
	number, ok := phoneInPath(r)
	if !ok {
		BadField("number", "is not a phone number such as +15551230001").Write(w)
		return
	}
	out := Phone{Number: number, Messages: []View{}}
	s.ledger.mu.Lock()
	if e := s.ledger.phones[threadKey{ChannelSMS, number}]; e != nil {
		out = e.Value.(*thread).phone(queryInt(r, "messages", 200))
	}
	s.ledger.mu.Unlock()
	out.Blocked = s.blocks.of(number)
	WriteJSON(w, http.StatusOK, out)
}

// phone copies the thread of a phone. The ledger's lock is held.
func (p *thread) phone(limit int) Phone {
	out := Phone{Number: p.person, Total: p.total, Messages: []View{}}
	if p.last != nil {
		out.Answers = p.last.from
	}
	for _, m := range p.messages[max(0, len(p.messages)-limit):] {
		out.Messages = append(out.Messages, m.view())
	}
	return out
}

// getMessages answers messages, the newest first: of one recipient with ?to=,
// one sender with ?from=, one direction with ?direction=; ?limit= bounds them
// (1,000).
func (s *Simulator) getMessages(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit := queryInt(r, "limit", 1000)
	out := []View{}
	s.ledger.newest(func(m *Message) bool {
		if fitsQueryText(q.Get("to"), m.to) && fitsQueryText(q.Get("from"), m.from) &&
			fitsQueryText(q.Get("direction"), m.direction) {
			out = append(out, m.view())
		}
		return len(out) < limit
	})
	WriteJSON(w, http.StatusOK, map[string][]View{"messages": out})
}

// fitsQueryText also takes a number whose plus became a space in the query.
func fitsQueryText(want, value string) bool {
	return want == "" || want == value || want[0] == ' ' && "+"+want[1:] == value
}

// clearMessages forgets messages, phones, counts and opt-outs. Callbacks that
// are on their way still come.
func (s *Simulator) clearMessages(w http.ResponseWriter, _ *http.Request) {
	s.ledger.clear()
	s.blocks.clear()
	for _, n := range s.networks {
		if c, ok := n.provider.(Clearer); ok {
			c.Clear()
		}
	}
	s.stream.publish("cleared", struct{}{})
	w.WriteHeader(http.StatusNoContent)
}

// getState answers the work that is still to be done, for tests that wait.
func (s *Simulator) getState(w http.ResponseWriter, _ *http.Request) {
	waiting, dropped := s.post.state()
	WriteJSON(w, http.StatusOK, map[string]int{"callbacksWaiting": waiting, "callbacksDropped": dropped})
}

// getCatalogue answers the magic recipients, what rules can do, the hint,
// the links and the providers.
func (s *Simulator) getCatalogue(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, map[string]any{"recipients": Recipients(), "actions": Actions(), "hint": s.hint,
		"links": s.links, "providers": s.descriptions()})
}

func queryInt(r *http.Request, name string, otherwise int) int {
	if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil && n >= 0 {
		return n
	}
	return otherwise
}
