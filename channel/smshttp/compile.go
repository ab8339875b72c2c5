package smshttp

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"heliograph"
)

// plan is the settings, checked and read.
type plan struct {
	method   string
	url      template
	host     int // the length of the URL up to its path
	body     template
	format   format
	headers  []header
	maxParts int
	encoding [2]string // by sms.Encoding

	success        statuses
	successPattern *regexp.Regexp
	idPattern      *regexp.Regexp
	rules          []rule
	words          map[string]heliograph.Status
	secrets        []string
}

// header is one more header of a request.
type header struct {
	name   string
	value  template
	secret bool
}

// defaultParts is how long a text may be unless told otherwise.
const defaultParts = 10

// compile checks everything that can be wrong, so that it is found when the
// integration is made.
func (s *Settings) compile() (p plan, err error) {
	p.maxParts = cmp.Or(s.MaxParts, defaultParts)
	p.encoding = [2]string{cmp.Or(s.PlainName, "gsm"), cmp.Or(s.UnicodeName, "unicode")}
	if p.maxParts < 0 || p.maxParts > 255 {
		return p, heliograph.InvalidField("maxParts", "must be from 1 to 255")
	}
	for _, step := range []func(*plan) error{s.compileURL, s.compileBody, s.compileHeaders, s.compileAuth, s.compileUse, s.compileAnswer, s.compileHook, s.compileWords} {
		if err := step(&p); err != nil {
			return p, err
		}
	}
	p.secrets = s.secretValues(p.headers)
	return p, nil
}

func (s *Settings) compileURL(p *plan) (err error) {
	if s.URL == "" {
		return heliograph.InvalidField("url", "is required")
	}
	scheme, rest, _ := strings.Cut(s.URL, "://")
	p.host = len(s.URL)
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		p.host = len(scheme) + len("://") + i
	}
	if strings.Contains(s.URL[:p.host], "{{") {
		return heliograph.InvalidField("url", "may have placeholders from the path on only")
	}
	u, err := url.Parse(s.URL[:p.host])
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return heliograph.InvalidField("url", "must be an http or https URL")
	case u.User != nil:
		return heliograph.InvalidField("url", "must not hold a password: use auth")
	}
	if p.url, err = parse("url", s.URL[p.host:]); err != nil {
		return err
	}
	if u, err = url.Parse(s.URL[:p.host] + p.url.fill(trial, escapeURL)); err != nil || u.Fragment != "" {
		return heliograph.InvalidField("url", "is not a URL once it is filled in")
	}
	return nil
}

// trial fills templates while they are checked; its values are as awkward as a
// text can be, but for the numbers.
var trial = map[string]string{
	"to": "+14155550100", "toDigits": "14155550100", "from": "a", "text": "a \"\\\n<&>%+'é", "id": "1", "callback": "https://h.test/?a=1&b=2",
	"encoding": "1", "parts": "1", "validity": "60", "username": "a\"&<", "password": "a\"&<", "token": "a\"&<",
}

func (s *Settings) compileBody(p *plan) (err error) {
	p.method = strings.ToUpper(cmp.Or(s.Method, "POST"))
	var known bool
	p.format, known = formats[cmp.Or(s.Format, "form")]
	switch {
	case p.method != "POST" && p.method != "PUT" && p.method != "GET":
		return heliograph.InvalidField("method", "must be POST, PUT or GET")
	case !known:
		return heliograph.InvalidField("format", "must be form, json, xml or text")
	case p.method == "GET" && s.Body != "":
		return heliograph.InvalidField("body", "must be empty with GET: put the placeholders into url")
	}
	if p.body, err = parse("body", s.Body); err != nil {
		return err
	}
	if s.Body != "" && !p.format.valid(p.body.fill(trial, p.format.escape)) {
		return heliograph.InvalidField("body", "is not %s once it is filled in", cmp.Or(s.Format, "form"))
	}
	return nil
}

// ours are headers that a tenant cannot set: they belong to the connection.
var ours = []string{"host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect", "keep-alive", "accept-encoding"}

var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

func (s *Settings) compileHeaders(p *plan) error {
	for _, from := range []struct{ field, text string }{{"headers", s.Headers}, {"secretHeaders", s.SecretHeaders}} {
		for line := range strings.Lines(from.text) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			name, value, found := strings.Cut(line, ":")
			if !found || !headerName.MatchString(name) || slices.Contains(ours, strings.ToLower(name)) {
				return heliograph.InvalidField(from.field, "must be lines of 'Name: value', without headers of the connection")
			}
			t, err := parse(from.field, escapeHeader(strings.TrimSpace(value)))
			if err != nil {
				return err
			}
			if from.field == "headers" && strings.EqualFold(name, "Authorization") && !t.uses("password", "token") {
				return heliograph.InvalidField(from.field, "would show a credential to everyone who reads the settings: use auth or secretHeaders")
			}
			p.headers = append(p.headers, header{name, t, from.field == "secretHeaders"})
		}
	}
	return nil
}

func (s *Settings) compileAuth(p *plan) error {
	switch s.Auth {
	case "":
		return nil
	case "basic":
		if s.Username == "" || s.Password == "" {
			return heliograph.InvalidField("password", "and username are needed by auth basic")
		}
		p.headers = append(p.headers, header{"Authorization", template{"Basic " + base64.StdEncoding.EncodeToString([]byte(s.Username+":"+s.Password))}, true})
	case "bearer":
		p.headers = append(p.headers, header{"Authorization", template{"Bearer " + escapeHeader(s.Token)}, true})
	case "header":
		if !headerName.MatchString(s.AuthHeader) || slices.Contains(ours, strings.ToLower(s.AuthHeader)) {
			return heliograph.InvalidField("authHeader", "must name a header")
		}
		p.headers = append(p.headers, header{s.AuthHeader, template{escapeHeader(s.Token)}, true})
	default:
		return heliograph.InvalidField("auth", "must be basic, bearer or header")
	}
	if s.Token == "" && s.Auth != "basic" {
		return heliograph.InvalidField("token", "is needed by auth %s", s.Auth)
	}
	return nil
}

// compileUse checks that what a message needs is used, and that what is used is
// set.
func (s *Settings) compileUse(p *plan) error {
	all := []template{p.url, p.body}
	for _, h := range p.headers {
		all = append(all, h.value)
	}
	uses := func(names ...string) bool {
		return slices.ContainsFunc(all, func(t template) bool { return t.uses(names...) })
	}
	field := "body"
	if p.method == "GET" {
		field = "url"
	}
	switch {
	case !uses("to", "toDigits"):
		return heliograph.InvalidField(field, "must use {{to}} or {{toDigits}}")
	case !uses("text"):
		return heliograph.InvalidField(field, "must use {{text}}")
	}
	for name, value := range map[string]string{"from": s.From, "username": s.Username, "password": s.Password, "token": s.Token} {
		if value == "" && uses(name) {
			return heliograph.InvalidField(name, "is needed by {{%s}}", name)
		}
	}
	return nil
}

func (s *Settings) compileAnswer(p *plan) (err error) {
	if p.success, err = parseStatuses(cmp.Or(s.Success, "2xx")); err != nil {
		return heliograph.InvalidField("success", "must be HTTP statuses such as '200 202' or '2xx'")
	}
	if p.successPattern, err = pattern("successPattern", s.SuccessPattern); err != nil {
		return err
	}
	if p.idPattern, err = pattern("idPattern", s.IDPattern); err != nil {
		return err
	}
	switch {
	case s.IDPath != "" && s.IDPattern != "":
		return heliograph.InvalidField("idPattern", "and idPath are two ways to say the same: use one")
	case p.idPattern != nil && p.idPattern.NumSubexp() == 0:
		return heliograph.InvalidField("idPattern", "needs a group, such as 'id=(.+)'")
	}
	p.rules, err = parseRules(s.Errors)
	return err
}

func pattern(field, text string) (*regexp.Regexp, error) {
	if text == "" {
		return nil, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, heliograph.InvalidField(field, "is not a regular expression (RE2)")
	}
	return re, nil
}

func (s *Settings) compileWords(p *plan) error {
	p.words = map[string]heliograph.Status{}
	for _, list := range []struct {
		field, text string
		status      heliograph.Status
	}{
		{"receiptSent", s.ReceiptSent, heliograph.AtChannel},
		{"receiptDelivered", s.ReceiptDelivered, heliograph.AtUser},
		{"receiptFailed", s.ReceiptFailed, heliograph.Failed},
	} {
		for word := range strings.SplitSeq(list.text, ",") {
			if word = wordOf(word); word == "" {
				continue
			}
			if have, twice := p.words[word]; twice && have != list.status {
				return heliograph.InvalidField(list.field, "has %q, which another list has as well", word)
			}
			p.words[word] = list.status
		}
	}
	// Common words fill lists that are not given, and never overrule one that is.
	for _, list := range []struct {
		given, common string
		status        heliograph.Status
	}{
		{s.ReceiptSent, commonSent, heliograph.AtChannel}, {s.ReceiptDelivered, commonDelivered, heliograph.AtUser}, {s.ReceiptFailed, commonFailed, heliograph.Failed},
	} {
		for word := range strings.SplitSeq(list.common, ",") {
			if _, said := p.words[word]; list.given == "" && !said {
				p.words[word] = list.status
			}
		}
	}
	return nil
}

func wordOf(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// secretValues lists what must not show in what is said to people.
func (s *Settings) secretValues(headers []header) (out []string) {
	all := []string{s.Password, s.Token, s.HookSecret, s.SecretHeaders}
	for _, h := range headers {
		if h.secret {
			value := strings.Join(h.value, "")
			all = append(all, value, value[strings.LastIndexByte(value, ' ')+1:])
		}
	}
	for _, v := range all {
		if v != "" {
			out = append(out, v, url.QueryEscape(v), base64.StdEncoding.EncodeToString([]byte(v)))
		}
	}
	// The longest first, so that none leaves a part of another behind.
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(out)
}
