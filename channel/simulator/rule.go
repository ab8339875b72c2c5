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
	Provider string `json:"provider,omitempty"` // none: every provider that knows the action
	To       string `json:"to,omitempty"`
	From     string `json:"from,omitempty"` // a number or a messaging service
	Account  string `json:"account,omitempty"`
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
	// About is what it strikes when that is no send, in the provider's word.
	About string `json:"about,omitempty"`

	Effect Outcome `json:"-"`
}

// rulebook holds the rules in force.
type rulebook struct {
	mu    sync.Mutex
	rules []*Rule
	made  int
}

// apply returns the outcome of the first rule that strikes, and the sum of the
// delays of the rules before it.
func (b *rulebook) apply(chance *random, v *vocabulary, about, account, from, to string) (out Outcome, delay time.Duration, struck bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, rule := range b.rules {
		action := v.actions[rule.Action]
		if action == nil || action.About != about || !rule.fits(v.name, account, from, to) || rule.Count > 0 && rule.Hits >= rule.Count {
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
		return rule.outcome(action), delay, true
	}
	return out, delay, false
}

func (r *Rule) fits(provider, account, from, to string) bool {
	return (r.Match.Provider == "" || r.Match.Provider == provider) &&
		(r.Match.Account == "" || r.Match.Account == account) && fits(r.Match.From, from) && fits(r.Match.To, to)
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

func (r *Rule) outcome(action *Action) Outcome {
	out := action.Effect
	out.Fate = slices.Clone(out.Fate)
	if r.Params.RetryAfter != nil && out.RetryAfter > 0 {
		out.RetryAfter = *r.Params.RetryAfter
	}
	if r.Params.Accept != nil && out.Answer != "" && out.Answer != AnswerError {
		out.Accept = *r.Params.Accept
	}
	if out.Answer == AnswerHang {
		out.Hold = millis(r.Params.Ms)
	}
	if r.Params.Code != 0 {
		if out.Answer == AnswerError {
			out.Code = r.Params.Code
		}
		for i := range out.Fate {
			if out.Fate[i].Code != 0 {
				out.Fate[i].Code = r.Params.Code
			}
		}
	}
	return out
}

// checkRule refuses a rule that could never strike: an action is one of its
// provider, or of any when it names none.
func (s *Simulator) checkRule(r *Rule) *Problem {
	names, known := []string{}, r.Match.Provider == ""
	for _, v := range s.vocabularies() {
		if r.Match.Provider != "" && r.Match.Provider != v.name {
			continue
		}
		known = true
		for name := range v.actions {
			names = append(names, name)
		}
	}
	if !known {
		return BadField("match.provider", "is not a provider that is played here")
	}
	if !slices.Contains(names, r.Action) {
		slices.Sort(names)
		return BadField("action", "must be one of "+strings.Join(slices.Compact(names), ", "))
	}
	return r.checkNumbers()
}

func (r *Rule) checkNumbers() *Problem {
	if r.Probability != nil && (*r.Probability < 0 || *r.Probability > 1) {
		return BadField("probability", "must be from 0 to 1")
	}
	if r.Count < 0 {
		return BadField("count", "must not be negative")
	}
	if r.Params.Ms < 0 {
		return BadField("params.ms", "must not be negative")
	}
	if r.Params.RetryAfter != nil && *r.Params.RetryAfter < 0 {
		return BadField("params.retryAfter", "must not be negative")
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
	WriteJSON(w, http.StatusOK, map[string][]Rule{"rules": s.rules.list()})
}
