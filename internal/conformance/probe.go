package conformance

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// doc is a JSON object.
type doc map[string]any

// failure ends a check.
type failure string

// probe makes the calls of one check. What is not as it should be ends it.
type probe struct {
	*bed
	ctx  context.Context
	auth string // "" means the app's key, nobody none
}

// as returns the probe with another credential.
func (p *probe) as(auth string) *probe {
	q := *p
	q.auth = auth
	return &q
}

func (p *probe) failf(format string, args ...any) { panic(failure(fmt.Sprintf(format, args...))) }

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func (p *probe) get(path string) *answer            { return p.call(http.MethodGet, path, nil) }
func (p *probe) delete(path string) *answer         { return p.call(http.MethodDelete, path, nil) }
func (p *probe) post(path string, body any) *answer { return p.call(http.MethodPost, path, body) }
func (p *probe) put(path string, body any) *answer  { return p.call(http.MethodPut, path, body) }

// long is a path of the app as account credentials write it.
func (p *probe) long(path string) string { return "/apps/" + p.app + path }

// call makes one call under /v1.1.
func (p *probe) call(method, path string, body any) *answer {
	raw, _ := body.([]byte)
	if body != nil && raw == nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			p.failf("%v", err)
		}
	}
	return p.send(method, "/v1.1"+path, "application/json", raw)
}

// send makes one call with a body of its own kind.
func (p *probe) send(method, path, contentType string, body []byte) *answer {
	req, err := http.NewRequestWithContext(p.ctx, method, p.URL+path, bytes.NewReader(body))
	if err != nil {
		p.failf("%v", err)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	auth := p.auth
	if auth == "" {
		auth = p.appAuth
	}
	if auth != nobody {
		req.Header.Set("Authorization", auth)
	}
	res, err := p.Client.Do(req)
	if err != nil {
		p.failf("%s %s: %v", method, path, err)
	}
	defer func() { _ = res.Body.Close() }()
	a := &answer{p: p, what: method + " " + path, status: res.StatusCode, header: res.Header}
	if a.body, err = io.ReadAll(io.LimitReader(res.Body, 4<<20)); err != nil {
		p.failf("%s: %v", a.what, err)
	}
	_ = json.Unmarshal(a.body, &a.doc)
	return a
}

// answer is what a server answered.
type answer struct {
	p      *probe
	what   string
	status int
	header http.Header
	body   []byte
	doc    any
}

// is wants one of some statuses, and JSON that says so.
func (a *answer) is(statuses ...int) *answer {
	for _, s := range statuses {
		if a.status == s {
			if !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
				a.p.failf("%s: the answer is of type %q", a.what, a.header.Get("Content-Type"))
			}
			return a
		}
	}
	a.p.failf("%s: %d %.300s, want %v", a.what, a.status, a.body, statuses)
	return a
}

// refused wants an error of a code.
func (a *answer) refused(status int, code string) {
	a.is(status).want("error.code", code)
	if a.text("error.description") == "" {
		a.p.failf("%s: the error has no description", a.what)
	}
}

// at returns the value at a path such as "webhooks.0.target"; nil when there is none.
func (a *answer) at(path string) any { return find(a.doc, path) }

func find(v any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// text returns the text at a path, which must be there.
func (a *answer) text(path string) string {
	s, ok := a.at(path).(string)
	if !ok || s == "" {
		a.p.failf("%s: %s is missing in %.300s", a.what, path, a.body)
	}
	return s
}

// list returns the list at a path, which must be there.
func (a *answer) list(path string) []any {
	l, ok := a.at(path).([]any)
	if !ok {
		a.p.failf("%s: %s is no list in %.300s", a.what, path, a.body)
	}
	return l
}

// want compares the value at a path.
func (a *answer) want(path string, v any) *answer {
	if got := a.at(path); !same(got, v) {
		a.p.failf("%s: %s is %v, want %v", a.what, path, got, v)
	}
	return a
}

// has wants something at every path.
func (a *answer) has(paths ...string) *answer {
	for _, path := range paths {
		if a.at(path) == nil {
			a.p.failf("%s: %s is missing in %.300s", a.what, path, a.body)
		}
	}
	return a
}

// lacks wants nothing at a path.
func (a *answer) lacks(path string) *answer {
	if v := a.at(path); v != nil {
		a.p.failf("%s: %s is %v, and should not be told", a.what, path, v)
	}
	return a
}

// same compares as JSON does.
func same(got, want any) bool {
	b, err := json.Marshal(want)
	var w any
	return err == nil && json.Unmarshal(b, &w) == nil && reflect.DeepEqual(got, w)
}

// wait asks until ok, or until the check's time is over.
func (p *probe) wait(what string, ok func() bool) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			p.failf("%s: not within 20 s", what)
		}
		select {
		case <-p.ctx.Done():
			p.failf("%s: it took too long", what)
		case <-tick.C:
		}
	}
}

// user makes a user and returns the id that the business has for it, and ours.
func (p *probe) user() (external, id string) {
	external = "user-" + random()
	return external, p.post("/appusers", doc{"userId": external}).is(201).text("appUser._id")
}
