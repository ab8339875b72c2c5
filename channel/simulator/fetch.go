package simulator

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// admit checks the credentials of a request to a resource of an account.
func (s *Simulator) admit(w http.ResponseWriter, r *http.Request) (account string, ok bool) {
	account = r.PathValue("account")
	if e := s.accounts.check(r, account); e != nil {
		e.write(w)
		return "", false
	}
	return account, true
}

// named returns the sid of a path element such as SM….json.
func named(r *http.Request) (sid string, ok bool) {
	return strings.CutSuffix(r.PathValue("file"), ".json")
}

// getMessage plays GET …/Messages/{sid}.json.
func (s *Simulator) getMessage(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	sid, ok := named(r)
	var body messageResource
	if !ok || !s.ledger.get(account, sid, func(m *Message) { body = m.resource() }) {
		notFound(r.URL.Path).write(w)
		return
	}
	WriteJSON(w, http.StatusOK, body)
}

// updateMessage plays POST …/Messages/{sid}.json: Status=canceled takes back a
// scheduled message, and an empty Body erases the text of one.
func (s *Simulator) updateMessage(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	form, e := readForm(w, r)
	if e != nil {
		e.write(w)
		return
	}
	sid, ok := named(r)
	var body messageResource
	var refused *refusal
	ok = ok && s.ledger.get(account, sid, func(m *Message) {
		switch {
		case form.Get("Status") == "canceled" && m.status == "scheduled":
			m.status, m.updated = "canceled", s.now()
		case form.Get("Status") == "canceled":
			refused = refuse(30409, "Messages can only be canceled while they are scheduled")
		case form.Has("Body") && form.Get("Body") == "":
			m.body = ""
		}
		body = m.resource()
	})
	switch {
	case !ok:
		notFound(r.URL.Path).write(w)
	case refused != nil:
		refused.write(w)
	default:
		WriteJSON(w, http.StatusOK, body)
	}
}

// deleteMessage plays DELETE …/Messages/{sid}.json.
func (s *Simulator) deleteMessage(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	sid, _ := named(r)
	if !s.ledger.get(account, sid, func(*Message) {}) {
		notFound(r.URL.Path).write(w)
		return
	}
	s.ledger.forget(sid)
	w.WriteHeader(http.StatusNoContent)
}

// listing is a page of messages.
type listing struct {
	Messages        []messageResource `json:"messages"`
	Page            int               `json:"page"`
	PageSize        int               `json:"page_size"`
	Start           int               `json:"start"`
	End             int               `json:"end"`
	URI             string            `json:"uri"`
	FirstPageURI    string            `json:"first_page_uri"`
	NextPageURI     *string           `json:"next_page_uri"`
	PreviousPageURI *string           `json:"previous_page_uri"`
}

// listMessages plays GET …/Messages.json with To, From, DateSent (also > and <)
// and PageSize, the newest first.
func (s *Simulator) listMessages(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	from, until, e := sentBetween(q)
	if e != nil {
		e.write(w)
		return
	}
	size, page := 50, 0
	if n, err := strconv.Atoi(q.Get("PageSize")); err == nil && n > 0 {
		size = min(n, 1000)
	}
	if n, err := strconv.Atoi(q.Get("Page")); err == nil && n > 0 {
		page = n
	}
	out := listing{Messages: []messageResource{}, Page: page, PageSize: size, Start: page * size}
	skip, more := out.Start, false
	s.ledger.newest(func(m *Message) bool {
		if m.account != account || !fitsQuery(q, m) || !within(m, from, until) {
			return true
		}
		if skip > 0 {
			skip--
			return true
		}
		if more = len(out.Messages) == size; more {
			return false
		}
		out.Messages = append(out.Messages, m.resource())
		return true
	})
	out.End = out.Start + max(0, len(out.Messages)-1)
	out.URI, out.FirstPageURI = r.URL.RequestURI(), *pageURI(r.URL, 0, size)
	if more {
		out.NextPageURI = pageURI(r.URL, page+1, size)
	}
	if page > 0 {
		out.PreviousPageURI = pageURI(r.URL, page-1, size)
	}
	WriteJSON(w, http.StatusOK, out)
}

func fitsQuery(q url.Values, m *Message) bool {
	return (q.Get("To") == "" || q.Get("To") == m.to) && (q.Get("From") == "" || q.Get("From") == m.from)
}

// within asks for the moment of sending, or of creation for what is not sent yet.
func within(m *Message, from, until time.Time) bool {
	at := m.sent
	if at.IsZero() {
		at = m.created
	}
	at = at.Truncate(time.Second) // as exact as the API's own dates
	return (from.IsZero() || !at.Before(from)) && (until.IsZero() || !at.After(until))
}

func pageURI(u *url.URL, page, size int) *string {
	q := u.Query()
	q.Set("Page", strconv.Itoa(page))
	q.Set("PageSize", strconv.Itoa(size))
	out := u.Path + "?" + q.Encode()
	return &out
}

// sentBetween reads DateSent, DateSent> and DateSent<: days or moments in UTC.
func sentBetween(q url.Values) (from, until time.Time, e *refusal) {
	for name, values := range q {
		side, ok := strings.CutPrefix(name, "DateSent")
		if !ok {
			continue
		}
		at, day, ok := queryTime(values[0])
		if !ok {
			return from, until, refuse(20001, "Invalid date in "+name)
		}
		end := at
		if day {
			end = at.Add(24*time.Hour - time.Second)
		}
		switch side {
		case ">":
			from = at
		case "<":
			until = end
		case "":
			from, until = at, end
		}
	}
	return from, until, nil
}

func queryTime(v string) (at time.Time, day, ok bool) {
	if at, err := time.Parse(time.DateOnly, v); err == nil {
		return at, true, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.RFC1123Z} {
		if at, err := time.Parse(layout, v); err == nil {
			return at.UTC(), false, true
		}
	}
	return at, false, false
}
