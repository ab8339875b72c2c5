package simulator

import (
	"net/http"
	"time"
)

// Thread is what a person sees of one channel.
type Thread struct {
	Channel   string     `json:"channel"`
	Person    string     `json:"person"`
	Provider  string     `json:"provider,omitempty"` // of the last message
	Total     int        `json:"total"`              // messages so far, forgotten ones too
	Last      *View      `json:"last,omitempty"`     // in lists
	UpdatedAt *time.Time `json:"updatedAt,omitempty"`
	Blocked   []string   `json:"blocked"`            // the senders that this person refuses
	State     any        `json:"state,omitempty"`    // what the provider has to show besides
	Messages  []View     `json:"messages,omitempty"` // of one thread, oldest first
}

// getThreads answers the threads of every channel, or of ?channel=, the one used
// last first; ?limit= bounds them (100).
func (s *Simulator) getThreads(w http.ResponseWriter, r *http.Request) {
	limit, channel := queryInt(r, "limit", 100), r.URL.Query().Get("channel")
	out, total := []Thread{}, 0
	s.ledger.mu.Lock()
	for e := s.ledger.recent.Front(); e != nil; e = e.Next() {
		t := e.Value.(*thread)
		if len(t.messages) == 0 || channel != "" && channel != t.channel {
			continue
		}
		if total++; len(out) < limit {
			out = append(out, t.show(0))
		}
	}
	s.ledger.mu.Unlock()
	for i := range out {
		out[i].Blocked = s.blocks.of(out[i].Person)
	}
	WriteJSON(w, http.StatusOK, map[string]any{"threads": out, "total": total})
}

// getThread answers one thread with its messages, ?messages= of them (200). A
// thread that nothing was written to is empty.
func (s *Simulator) getThread(w http.ResponseWriter, r *http.Request) {
	key := threadKey{r.PathValue("channel"), r.PathValue("person")}
	out := Thread{Channel: key.channel, Person: key.person, Messages: []View{}}
	s.ledger.mu.Lock()
	if e := s.ledger.phones[key]; e != nil {
		out = e.Value.(*thread).show(queryInt(r, "messages", 200))
	}
	s.ledger.mu.Unlock()
	out.Blocked = s.blocks.of(key.person)
	for _, n := range s.networks {
		if t, ok := n.provider.(Threader); ok && n.channel == key.channel {
			out.State = t.ThreadState(key.person)
		}
	}
	WriteJSON(w, http.StatusOK, out)
}

// show copies a thread with its last messages. The ledger's lock is held.
func (t *thread) show(messages int) Thread {
	out := Thread{Channel: t.channel, Person: t.person, Total: t.total}
	if n := len(t.messages); n > 0 {
		last := t.messages[n-1].view()
		out.Provider, out.UpdatedAt, out.Last = last.Provider, &last.CreatedAt, &last
	}
	for _, m := range t.messages[max(0, len(t.messages)-messages):] {
		out.Messages = append(out.Messages, m.view())
	}
	return out
}
