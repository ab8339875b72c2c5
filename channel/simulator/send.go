package simulator

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// postMessage plays POST …/Messages.json.
func (s *Simulator) postMessage(w http.ResponseWriter, r *http.Request) {
	c := s.settings.Load()
	account := r.PathValue("account")
	if e := s.accounts.check(r, account); e != nil {
		e.write(w)
		return
	}
	leave, full := s.accounts.enter(account, c)
	if full != nil {
		full.write(w)
		return
	}
	defer leave()
	form, e := readForm(w, r)
	if e != nil {
		e.write(w)
		return
	}
	d, invalid := readDraft(form, s.now())
	s.ledger.request(d.to)
	fate := s.decide(s.texts, account, d.sender(), d.to, c)
	// A caller that leaves meanwhile has sent its message all the same.
	s.sleep(r.Context(), millis(c.LatencyMs)+fate.Delay)
	if s.ctx.Err() != nil {
		panic(http.ErrAbortHandler)
	}
	if invalid == nil && s.blocks.has(d.to, d.sender()) {
		invalid = refuse(21610, codeText(21610, ""))
	}
	if invalid != nil && fate.Answer == "" {
		invalid.write(w)
		return
	}
	if fate.Answer == AnswerError {
		s.refuseWith(w, fate.Code, d.to)
		return
	}
	taken := invalid == nil && (fate.Answer == "" || fate.Accept)
	var answer messageResource
	if taken {
		answer = s.take(account, d, fate, c)
	}
	s.answer(w, r, fate, answer)
}

func (d *draft) sender() string {
	if d.service != "" {
		return d.service
	}
	return d.from
}

// readForm reads the form of the body alone: the provider does not look at the
// query of a POST.
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, *refusal) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return url.Values{}, nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		status := http.StatusBadRequest
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			status = http.StatusRequestEntityTooLarge
		}
		return nil, &refusal{status: status, code: 20001, message: "Bad request"}
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, refuse(20001, "Bad request: the body is not a form")
	}
	return form, nil
}

// take accepts a message: from here on it exists, whatever the caller is told.
func (s *Simulator) take(account string, d draft, fate Outcome, c *Settings) messageResource {
	now := s.now()
	m := &Message{
		account: account, service: d.service, from: d.from, to: d.to, body: d.body, media: d.media,
		provider: twilio, channel: ChannelSMS, direction: Outbound, callback: d.callback, created: now, updated: now,
		status: "queued",
	}
	if d.service != "" {
		m.status = "accepted"
		m.from = s.numbers.find(d.from, "", d.service).Number
	}
	wait := millis(c.SentMs)
	if !d.sendAt.IsZero() {
		m.status = "scheduled"
		wait += d.sendAt.Sub(now)
	}
	m.encoding, m.parts = split(d.body)
	m.sid = s.random.sid("SM")
	if len(m.media) > 0 {
		m.sid = "MM" + m.sid[2:]
		m.encoding, m.parts = "", 1
	}
	answer := m.resource()
	s.ledger.accepted(m.to, m.body)
	s.ledger.add(m)
	s.noticed(m)
	s.stream.publishView(s.ledger, m)
	s.followText(m, fate, wait)
	return answer
}

// answer answers a send in the way that fate says.
func (s *Simulator) answer(w http.ResponseWriter, r *http.Request, fate Outcome, body messageResource) {
	switch fate.Answer {
	case AnswerThrottle:
		tooMany(fate.RetryAfter).write(w)
	case AnswerBroken:
		(&refusal{status: http.StatusInternalServerError, code: 20500, message: "Internal Server Error"}).write(w)
	case AnswerBusy:
		(&refusal{status: http.StatusServiceUnavailable, code: 20503,
			message: "Service Unavailable", retryAfter: fate.RetryAfter}).write(w)
	case AnswerHang, AnswerLost, AnswerReset:
		s.breakOff(w, r, &fate)
	case AnswerMalformed:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"account_sid": "`+body.AccountSID+`", "sid": "`)
	default:
		WriteJSON(w, http.StatusCreated, body)
	}
}

func (s *Simulator) refuseWith(w http.ResponseWriter, code int, to string) {
	e := refuse(code, codeText(code, to))
	switch code {
	case 20003:
		e = authenticate()
	case 20429:
		e = tooMany(1)
	}
	e.write(w)
}
