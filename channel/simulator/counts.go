package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// counts proves how often what was sent to whom.
type counts struct {
	bound      int
	requests   int
	accepted   int
	recipients map[string]*RecipientCount
	pairs      map[pair]int
	beyond     int // accepted messages that the bound kept out of pairs
}

type pair struct{ to, body string }

// RecipientCount counts the sends to one recipient.
type RecipientCount struct {
	To       string `json:"to"`
	Requests int    `json:"requests"` // well authenticated sends, whatever became of them
	Accepted int    `json:"accepted"` // messages taken
}

// PairCount counts the messages of one text that were taken for one recipient.
type PairCount struct {
	To       string `json:"to"`
	Body     string `json:"body"`
	Accepted int    `json:"accepted"`
}

// Counts is what GET /sim/counts answers.
type Counts struct {
	Requests   int              `json:"requests"`
	Accepted   int              `json:"accepted"`
	Duplicates int              `json:"duplicates"` // pairs taken more than once
	Uncounted  int              `json:"uncounted"`  // messages beyond the bound of pairs
	Recipients []RecipientCount `json:"recipients"`
	Pairs      []PairCount      `json:"pairs"`
}

func newCounts(bound int) counts {
	return counts{bound: bound, recipients: map[string]*RecipientCount{}, pairs: map[pair]int{}}
}

func (c *counts) recipient(to string) *RecipientCount {
	r := c.recipients[to]
	if r == nil && len(c.recipients) < c.bound {
		r = &RecipientCount{To: to}
		c.recipients[to] = r
	}
	return r
}

// request counts a send before its outcome is known.
func (l *ledger) request(to string) {
	if l.limits.NoHistory {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.requests++
	if r := l.counts.recipient(to); r != nil {
		r.Requests++
	}
}

// accepted counts a message that was taken.
func (l *ledger) accepted(to, body string) {
	if l.limits.NoHistory {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &l.counts
	c.accepted++
	if r := c.recipient(to); r != nil {
		r.Accepted++
	}
	key := pair{to, body}
	if c.pairs[key] == 0 && len(c.pairs) >= c.bound {
		c.beyond++
		return
	}
	c.pairs[key]++
}

// getCounts answers the counts: of one recipient with ?to=, and only the pairs
// that were taken at least ?min= times.
func (s *Simulator) getCounts(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	least, _ := strconv.Atoi(r.URL.Query().Get("min"))
	out := Counts{Recipients: []RecipientCount{}, Pairs: []PairCount{}}
	s.ledger.mu.Lock()
	c := &s.ledger.counts
	out.Requests, out.Accepted, out.Uncounted = c.requests, c.accepted, c.beyond
	for _, one := range c.recipients {
		if fitsQueryText(to, one.To) {
			out.Recipients = append(out.Recipients, *one)
		}
	}
	for key, n := range c.pairs {
		if n > 1 {
			out.Duplicates++
		}
		if fitsQueryText(to, key.to) && n >= least {
			out.Pairs = append(out.Pairs, PairCount{key.to, key.body, n})
		}
	}
	s.ledger.mu.Unlock()
	slices.SortFunc(out.Recipients, func(a, b RecipientCount) int { return strings.Compare(a.To, b.To) })
	slices.SortFunc(out.Pairs, func(a, b PairCount) int {
		return strings.Compare(a.To+"\x00"+a.Body, b.To+"\x00"+b.Body)
	})
	WriteJSON(w, http.StatusOK, out)
}
