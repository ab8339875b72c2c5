package smshttp

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// statuses is a set of HTTP statuses; a whole family has its hundreds alone.
type statuses map[int]bool

func (s statuses) has(status int) bool { return s[status] || s[status/100] }

var errStatuses = errors.New("not HTTP statuses")

// parseStatuses reads '200 202' or '2xx', with spaces or commas between.
func parseStatuses(text string) (statuses, error) {
	s := statuses{}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		family, isFamily := strings.CutSuffix(strings.ToLower(word), "xx")
		n, err := strconv.Atoi(family)
		if err != nil || isFamily && (n < 2 || n > 5) || !isFamily && (n < 200 || n > 599) {
			return nil, errStatuses
		}
		s[n] = true
	}
	if len(s) == 0 {
		return nil, errStatuses
	}
	return s, nil
}

// rule says what a refusal means.
type rule struct {
	class    string
	statuses statuses       // nil: any
	pattern  *regexp.Regexp // nil: any
}

// classes are what a rule can say.
var classes = map[string]channel.Result{
	"retry":       {Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests, Message: "the provider asks us to try later"},
	"pause":       {Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "the provider refuses the account or the sender"},
	"unknown":     {Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome, Message: "the provider does not say what became of the message"},
	"final":       channel.Final(heliograph.ReasonBadRequest, "the provider refuses the message"),
	"blocked":     channel.Final(heliograph.ReasonBlocked, "the carrier or the recipient blocks the message"),
	"unreachable": channel.Final(heliograph.ReasonUnreachable, "the handset cannot be reached for now"),
	"toolong":     channel.Final(heliograph.ReasonContentTooLong, "the provider says that the message is too long"),
	"invalid":     channel.Final(heliograph.ReasonNotFound, "the number does not exist or cannot get SMS"),
	"optedout":    channel.Final(heliograph.ReasonOptedOut, "the recipient has opted out with the provider"),
}

// result is what the rule makes of a refusal.
func (r *rule) result() channel.Result {
	out := classes[r.class]
	switch r.class {
	case "invalid": // no later SMS will reach it either
		out.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce}
	case "optedout":
		out.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
	}
	return out
}

// parseRules reads the setting errors.
func parseRules(text string) (rules []rule, err error) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		class, when, _ := strings.Cut(line, ":")
		r := rule{class: wordOf(class)}
		if _, known := classes[r.class]; !known {
			return nil, heliograph.InvalidField("errors", "line %d does not begin with a class and a colon", n)
		}
		given, rest, hasPattern := strings.Cut(strings.TrimSpace(when), "/")
		if given = strings.TrimSpace(given); given != "" {
			if r.statuses, err = parseStatuses(given); err != nil {
				return nil, heliograph.InvalidField("errors", "line %d has something that is no HTTP status", n)
			}
		}
		if hasPattern {
			body, closed := strings.CutSuffix(rest, "/")
			if r.pattern, err = regexp.Compile("(?i)" + body); err != nil || !closed || body == "" {
				return nil, heliograph.InvalidField("errors", "line %d has no regular expression between slashes", n)
			}
		}
		if r.statuses == nil && r.pattern == nil {
			return nil, heliograph.InvalidField("errors", "line %d has neither a status nor a pattern", n)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// ruled returns what the first rule that fits says of an answer.
func (p *plan) ruled(status int, body []byte) (channel.Result, bool) {
	for i := range p.rules {
		r := &p.rules[i]
		if (r.statuses == nil || r.statuses.has(status)) && (r.pattern == nil || r.pattern.Match(body)) {
			return r.result(), true
		}
	}
	return channel.Result{}, false
}

// failure returns what became of a message that the provider took, by what its
// receipt says. Rules that ask for an HTTP status are not for receipts.
func (p *plan) failure(words ...string) channel.Result {
	for i := range p.rules {
		r := &p.rules[i]
		if r.statuses != nil {
			continue
		}
		for _, w := range words {
			if w != "" && r.pattern.MatchString(w) {
				return r.result()
			}
		}
	}
	return channel.Final(heliograph.ReasonUncategorized, "the message failed at the provider or a carrier")
}
