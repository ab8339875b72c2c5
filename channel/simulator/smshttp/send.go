package smshttp

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"heliograph/channel/simulator"
)

// draft is what a caller asked to send.
type draft struct {
	To          string   `json:"to"`
	From        string   `json:"from"`
	Text        string   `json:"text"`
	Reference   string   `json:"reference"`
	CallbackURL string   `json:"callback_url"`
	Media       []string `json:"media_urls"`
}

// refusal is an error answer.
type refusal struct {
	status             int
	code, words, field string
	retryAfter         int
}

func (e *refusal) write(w http.ResponseWriter) {
	if e.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.retryAfter))
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	body := map[string]string{"code": e.code, "message": e.words}
	if e.field != "" {
		body["field"] = e.field
	}
	simulator.WriteJSON(w, e.status, map[string]any{"error": body})
}

// byCode is the error that a rule or a recipient asks for.
func byCode(code int) *refusal {
	switch code {
	case codeOptedOut:
		return &refusal{status: code, code: "opted_out", words: "the recipient opted out", field: "to"}
	case codeRecipient:
		return &refusal{status: code, code: "invalid_recipient", words: "to is not a phone number", field: "to"}
	case codeBalance:
		return &refusal{status: code, code: "insufficient_balance", words: "the account has no balance"}
	case codeSender:
		return &refusal{status: code, code: "sender_not_allowed", words: "the sender is not allowed here", field: "from"}
	case http.StatusUnauthorized:
		return &refusal{status: code, code: "unauthorized", words: "the token is not known"}
	}
	if code < 400 || code > 599 {
		code = http.StatusBadRequest
	}
	return &refusal{status: code, code: "bad_request", words: http.StatusText(code)}
}

// admit returns the token of a request.
func (p *Provider) admit(r *http.Request) (string, *refusal) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return "", byCode(http.StatusUnauthorized)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.accounts[token] == nil {
		if p.closed || strings.HasPrefix(token, simulator.WrongToken) {
			return "", byCode(http.StatusUnauthorized)
		}
		p.accounts[token] = &Account{Token: token}
	}
	return token, nil
}

func readDraft(w http.ResponseWriter, r *http.Request) (*draft, *refusal) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return nil, byCode(http.StatusBadRequest)
	}
	d := &draft{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, byCode(http.StatusBadRequest)
		}
		d.To, d.From, d.Text = form.Get("to"), form.Get("from"), form.Get("text")
		d.Reference, d.CallbackURL, d.Media = form.Get("reference"), form.Get("callback_url"), form["media_urls"]
		return d, nil
	}
	if json.Unmarshal(raw, d) != nil {
		return nil, &refusal{status: http.StatusBadRequest, code: "bad_request", words: "the body is not a JSON object or a form"}
	}
	return d, nil
}

func (d *draft) check() *refusal {
	bad := func(field, words string) *refusal {
		return &refusal{status: http.StatusUnprocessableEntity, code: "invalid_" + field, words: field + " " + words, field: field}
	}
	number := strings.TrimPrefix(d.To, "+")
	switch {
	case len(number) < 7 || len(number) > 15 || number[0] == '0' || strings.Trim(number, "0123456789") != "":
		return byCode(codeRecipient)
	case d.From == "":
		return bad("from", "is needed")
	case d.Text == "" && len(d.Media) == 0:
		return bad("text", "is needed")
	case utf8.RuneCountInString(d.Text) > 1600:
		return bad("text", "is longer than 1600 characters")
	case d.CallbackURL != "" && !simulator.IsWebhook(d.CallbackURL):
		return bad("callback_url", "is not an http or https URL")
	}
	return nil
}

// post plays POST /smshttp/v1/messages.
func (p *Provider) post(w http.ResponseWriter, r *http.Request) {
	account, e := p.admit(r)
	if e != nil {
		e.write(w)
		return
	}
	d, e := readDraft(w, r)
	if e != nil {
		e.write(w)
		return
	}
	wrong := d.check()
	to := "+" + strings.TrimPrefix(d.To, "+")
	fate := p.n.Decide(account, d.From, to)
	p.n.Wait(r.Context(), &fate)
	switch {
	case wrong != nil && fate.Answer == "":
		wrong.write(w)
		return
	case fate.Answer == simulator.AnswerError:
		byCode(fate.Code).write(w)
		return
	}
	var taken *simulator.Message
	if wrong == nil && fate.Takes() {
		taken = p.take(account, to, d, fate)
	}
	p.answer(w, r, &fate, taken)
}

func (p *Provider) take(account, to string, d *draft, fate simulator.Outcome) *simulator.Message {
	v := simulator.View{
		SID: p.n.Hex("msg_"), AccountSID: account, Direction: simulator.Outbound, Person: to, From: d.From, To: to,
		Body: d.Text, Status: "accepted", Content: map[string]string{"reference": d.Reference},
	}
	v.Encoding, v.Parts = p.n.Split(d.Text)
	for _, target := range d.Media {
		v.Media = append(v.Media, simulator.Media{URL: target})
	}
	m := p.n.Add(v)
	target := d.CallbackURL
	p.mu.Lock()
	p.senders[d.From] = account
	if target == "" {
		target = p.accounts[account].CallbackURL
	}
	p.mu.Unlock()
	track := simulator.Track{
		Message: m, Fate: fate, Works: []simulator.Step{sent(), {Status: "delivered"}},
		Wait: time.Duration(p.n.Settings().SentMs) * time.Millisecond,
	}
	if target != "" {
		track.Tell = func(to simulator.Step, forged bool) *simulator.Webhook {
			return p.receipt(account, target, v, d.Reference, to, forged)
		}
	}
	p.n.Follow(track)
	return m
}

func (p *Provider) answer(w http.ResponseWriter, r *http.Request, fate *simulator.Outcome, taken *simulator.Message) {
	switch fate.Answer {
	case simulator.AnswerThrottle:
		(&refusal{status: http.StatusTooManyRequests, code: "too_many_requests", words: "slow down", retryAfter: fate.RetryAfter}).write(w)
	case simulator.AnswerBroken:
		(&refusal{status: http.StatusInternalServerError, code: "internal", words: "something broke"}).write(w)
	case simulator.AnswerBusy:
		(&refusal{status: http.StatusServiceUnavailable, code: "unavailable", words: "come back later", retryAfter: fate.RetryAfter}).write(w)
	case simulator.AnswerHang, simulator.AnswerLost, simulator.AnswerReset:
		p.n.BreakOff(w, r, fate)
	case simulator.AnswerMalformed:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"id": "`)
	default:
		simulator.WriteJSON(w, http.StatusAccepted, resource(p.n.See(taken)))
	}
}

// resource is a message as the API shows it.
func resource(v simulator.View) map[string]any {
	out := map[string]any{
		"id": v.SID, "status": v.Status, "to": v.To, "from": v.From, "parts": v.Parts, "encoding": v.Encoding,
		"created_at": v.CreatedAt.Format(time.RFC3339), "updated_at": v.UpdatedAt.Format(time.RFC3339),
	}
	if kept, ok := v.Content.(map[string]string); ok && kept["reference"] != "" {
		out["reference"] = kept["reference"]
	}
	if v.ErrorCode != 0 {
		out["error_code"] = strconv.Itoa(v.ErrorCode)
	}
	return out
}

// get plays GET /smshttp/v1/messages/{id}.
func (p *Provider) get(w http.ResponseWriter, r *http.Request) {
	account, e := p.admit(r)
	if e != nil {
		e.write(w)
		return
	}
	m, ok := p.n.Find(r.PathValue("id"))
	if !ok || p.n.See(m).AccountSID != account {
		(&refusal{status: http.StatusNotFound, code: "not_found", words: "there is no such message"}).write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, resource(p.n.See(m)))
}

// getAccount plays GET /smshttp/v1/account.
func (p *Provider) getAccount(w http.ResponseWriter, r *http.Request) {
	if _, e := p.admit(r); e != nil {
		e.write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"name": "Simulated account", "balance": "100.00", "currency": "EUR"})
}

// postAccount says what goes with a token.
func (p *Provider) postAccount(w http.ResponseWriter, r *http.Request) {
	var in Account
	problem := simulator.ReadJSON(w, r, &in)
	switch {
	case problem != nil:
	case in.Token == "":
		problem = simulator.BadField("token", "is needed")
	case in.CallbackURL != "" && !simulator.IsWebhook(in.CallbackURL):
		problem = simulator.BadField("callbackUrl", "is not an http or https URL")
	case in.InboundURL != "" && !simulator.IsWebhook(in.InboundURL):
		problem = simulator.BadField("inboundUrl", "is not an http or https URL")
	}
	if problem != nil {
		problem.Write(w)
		return
	}
	p.mu.Lock()
	p.accounts[in.Token] = &in
	p.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}
