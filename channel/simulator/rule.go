package simulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rule makes a share of the sends go wrong.
type Rule struct {
	ID          string   `json:"id"`
	Match       Match    `json:"match"`
	Probability *float64 `json:"probability,omitempty"` // none: always
	Count       int      `json:"count,omitempty"`       // how often at most; 0: no end
	Action      string   `json:"action"`
	Params      Params   `json:"params"`
	Hits        int      `json:"hits"` // how often it struck so far
}

// Match says which sends a rule may strike: those that fit every field that is
// not empty. A star at the start or end of To and From stands for anything.
type Match struct {
	To      string `json:"to,omitempty"`
	From    string `json:"from,omitempty"` // a number or a messaging service
	Account string `json:"account,omitempty"`
}

// Params says more about an action. Each is used by the actions that name it.
type Params struct {
	RetryAfter *int  `json:"retryAfter,omitempty"` // seconds
	Accept     *bool `json:"accept,omitempty"`
	Ms         int   `json:"ms,omitempty"`
	Code       int   `json:"code,omitempty"`
}

// Action is what a rule can do.
type Action struct {
	Name   string `json:"name"`
	Params string `json:"params"` // the names of those it uses
	Does   string `json:"does"`   // for people

	outcome outcome
}

// Actions returns everything a rule can do.
func Actions() []Action {
	return []Action{
		{"429", "retryAfter", "not taken, answered 429 with Retry-After (1 s)",
			outcome{answer: answerThrottle, retryAfter: 1}},
		{"500", "accept", "answered 500; taken only with accept", outcome{answer: answerBroken}},
		{"503", "retryAfter", "not taken, answered 503 with Retry-After (1 s)",
			outcome{answer: answerBusy, retryAfter: 1}},
		{"timeout", "accept, ms", "not answered for ms (until the caller leaves); taken only with accept",
			outcome{answer: answerHang}},
		{"lost", "accept", "taken unless accept is false; the connection closes without an answer",
			outcome{answer: answerLost, accept: true}},
		{"refuse-body", "", "not taken, the connection is reset", outcome{answer: answerReset}},
		{"malformed", "accept", "taken unless accept is false; half an answer",
			outcome{answer: answerMalformed, accept: true}},
		{"delay", "ms", "answered after another ms (1,000); what else matches still applies", outcome{}},
		{"error", "code", "refused with an error of the provider (21211)", outcome{answer: answerError, code: 21211}},
		{"undelivered", "code", "sent, then undelivered with an ErrorCode (30003)",
			outcome{fate: []step{{status: "sent"}, {"undelivered", 30003}}}},
		{"failed", "code", "taken, then failed with an ErrorCode (30008)", outcome{fate: []step{{"failed", 30008}}}},
		{"duplicate", "", "every webhook of the message comes twice", outcome{twice: true}},
		{"reorder", "", "the webhooks of the message come last first", outcome{last: true}},
		{"forge", "", "the webhooks of the message carry a wrong signature", outcome{forged: true}},
		{"silent", "", "no webhook of the message comes", outcome{silent: true}},
	}
}

// rulebook holds the rules in force.
type rulebook struct {
	mu    sync.Mutex
	rules []*Rule
	made  int
}

// apply returns the outcome of the first rule that strikes, and the sum of the
// delays of the rules before it.
func (b *rulebook) apply(chance *random, account, from, to string) (out outcome, delay time.Duration, struck bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, rule := range b.rules {
		if !rule.fits(account, from, to) || rule.Count > 0 && rule.Hits >= rule.Count {
			continue
		}
		if rule.Probability != nil && !chance.chance(*rule.Probability) {
			continue
		}
		rule.Hits++
		if rule.Action == "delay" {
			ms := rule.Params.Ms
			if ms == 0 {
				ms = 1000
			}
			delay += millis(ms)
			continue
		}
		return rule.outcome(), delay, true
	}
	return out, delay, false
}

func (r *Rule) fits(account, from, to string) bool {
	return (r.Match.Account == "" || r.Match.Account == account) && fits(r.Match.From, from) && fits(r.Match.To, to)
}

func fits(pattern, value string) bool {
	switch {
	case pattern == "" || pattern == "*":
		return true
	case len(pattern) > 2 && pattern[0] == '*' && pattern[len(pattern)-1] == '*':
		return strings.Contains(value, pattern[1:len(pattern)-1])
	case pattern[0] == '*':
		return strings.HasSuffix(value, pattern[1:])
	case pattern[len(pattern)-1] == '*':
		return strings.HasPrefix(value, pattern[:len(pattern)-1])
	}
	return pattern == value
}

func (r *Rule) outcome() outcome {
	out := outcome{}
	for _, a := range Actions() {
		if a.Name == r.Action {
			out = a.outcome
		}
	}
	if r.Params.RetryAfter != nil && out.retryAfter > 0 {
		out.retryAfter = *r.Params.RetryAfter
	}
	if r.Params.Accept != nil && out.answer != "" && out.answer != answerError {
		out.accept = *r.Params.Accept
	}
	if out.answer == answerHang {
		out.hold = millis(r.Params.Ms)
	}
	if r.Params.Code != 0 {
		if out.answer == answerError {
			out.code = r.Params.Code
		}
		for i := range out.fate {
			if out.fate[i].code != 0 {
				out.fate[i].code = r.Params.Code
			}
		}
	}
	return out
}

func (r *Rule) check() *problem {
	if !slices.ContainsFunc(Actions(), func(a Action) bool { return a.Name == r.Action }) {
		names := []string{}
		for _, a := range Actions() {
			names = append(names, a.Name)
		}
		return badField("action", "must be one of "+strings.Join(names, ", "))
	}
	if r.Probability != nil && (*r.Probability < 0 || *r.Probability > 1) {
		return badField("probability", "must be from 0 to 1")
	}
	if r.Count < 0 {
		return badField("count", "must not be negative")
	}
	if r.Params.Ms < 0 {
		return badField("params.ms", "must not be negative")
	}
	if r.Params.RetryAfter != nil && *r.Params.RetryAfter < 0 {
		return badField("params.retryAfter", "must not be negative")
	}
	return nil
}

// add puts rules in force after those that are, and names them.
func (b *rulebook) add(rules []Rule) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, rule := range rules {
		b.made++
		rule.ID, rule.Hits = "rule-"+strconv.Itoa(b.made), 0
		b.rules = append(b.rules, &rule)
	}
}

// remove lifts one rule, or all when id is empty. It says whether there was one.
func (b *rulebook) remove(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.rules)
	b.rules = slices.DeleteFunc(b.rules, func(r *Rule) bool { return id == "" || r.ID == id })
	return len(b.rules) < before
}

func (b *rulebook) list() []Rule {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Rule, len(b.rules))
	for i, r := range b.rules {
		out[i] = *r
	}
	return out
}

func (s *Simulator) getRules(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string][]Rule{"rules": s.rules.list()})
}
