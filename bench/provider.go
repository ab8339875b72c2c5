package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" // Twilio's choice
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// provider takes messages as Twilio does and, if told so, calls back twice for
// each: sent, and delivered. It does as little as it can, so that what is
// measured is the server.
type provider struct {
	server  *fasthttp.Server
	ln      net.Listener
	client  *fasthttp.Client
	count   atomic.Int64 // messages taken
	latency atomic.Int64 // before an answer, in nanoseconds
	calls   atomic.Bool  // call back
	refused atomic.Int64 // callbacks that were not answered with 2xx
	owed    atomic.Int64 // messages that are to be called back for
	jobs    chan callback
	seen    arrivals
}

// The account that every integration uses.
const (
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "00000000000000000000000000000001"
)

// callback is what one message still has to tell.
type callback struct {
	at     time.Time
	target string // the StatusCallback
	to     string
	sid    string
}

// callbackDelay is how long after the answer the first callback comes. Twilio
// takes longer.
const callbackDelay = 200 * time.Millisecond

func newProvider() (*provider, error) {
	p := &provider{client: &fasthttp.Client{MaxConnsPerHost: 64}, jobs: make(chan callback, 1<<18)}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.ln = ln
	p.server = &fasthttp.Server{Handler: p.serve, NoDefaultServerHeader: true, NoDefaultDate: true, Concurrency: 1 << 16}
	go func() { _ = p.server.Serve(ln) }()
	for range 32 {
		go p.callBack()
	}
	return p, nil
}

func (p *provider) url() string { return "http://" + p.ln.Addr().String() }

func (p *provider) serve(c *fasthttp.RequestCtx) {
	c.SetContentType("application/json")
	if !c.IsPost() { // the look-up of a number
		fmt.Fprintf(c, `{"sid":"PN1","phone_number":"+15550009999","friendly_name":"bench"}`)
		return
	}
	n := p.count.Add(1)
	if d := p.latency.Load(); d > 0 {
		time.Sleep(time.Duration(d))
	}
	body := c.PostBody()
	p.seen.note(body)
	var room [34]byte
	sid := appendSID(room[:0], n)
	c.SetStatusCode(fasthttp.StatusCreated)
	c.Write(append(append(append(make([]byte, 0, 256),
		`{"account_sid":"`+accountSID+`","body":"x","direction":"outbound-api","error_code":null,"num_media":"0","num_segments":"1","price":null,"price_unit":"USD","sid":"`...),
		sid...), `","status":"queued"}`...))
	if p.calls.Load() {
		p.owed.Add(1)
		p.jobs <- callback{time.Now().Add(callbackDelay), form(body, "StatusCallback="), form(body, "To="), string(sid)}
	}
}

func appendSID(b []byte, n int64) []byte {
	var num [16]byte
	for i := range 8 {
		num[15-i] = byte(n >> (8 * i))
	}
	return hex.AppendEncode(append(b, "SM"...), num[:])
}

// form returns the value of a field of a form.
func form(body []byte, name string) string {
	i := bytes.Index(body, []byte(name))
	if i < 0 {
		return ""
	}
	rest, _, _ := bytes.Cut(body[i+len(name):], []byte("&"))
	v, _ := url.QueryUnescape(string(rest))
	return v
}

func (p *provider) callBack() {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	req.Header.SetMethod(fasthttp.MethodPost)
	req.Header.SetContentType("application/x-www-form-urlencoded")
	for job := range p.jobs {
		time.Sleep(time.Until(job.at))
		for _, status := range []string{"sent", "delivered"} {
			req.SetRequestURI(job.target)
			req.SetBodyString("AccountSid=" + accountSID + "&From=%2B15550009999&MessageSid=" + job.sid + "&MessageStatus=" + status + "&To=" + url.QueryEscape(job.to))
			mac := hmac.New(sha1.New, []byte(authToken))
			mac.Write([]byte(job.target + "AccountSid" + accountSID + "From+15550009999MessageSid" + job.sid + "MessageStatus" + status + "To" + job.to))
			req.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
			if err := p.client.Do(req, res); err != nil || res.StatusCode() >= 300 {
				p.refused.Add(1)
			}
		}
		p.owed.Add(-1)
	}
}

// quiet waits until every callback has been made.
func (p *provider) quiet(ctx context.Context) error {
	return drain(ctx, time.Minute, func() int64 { return -p.owed.Load() }, 0)
}

func (p *provider) close() {
	_ = p.server.Shutdown()
	close(p.jobs)
}

// mark is what a message's text begins with when its way is to be timed; the
// time it was posted at follows, in nanoseconds.
const mark = "T7"

// arrivals notes how long marked messages took to reach the provider.
type arrivals struct {
	mu   sync.Mutex
	took map[string][]time.Duration // by the word after the time
}

func (a *arrivals) note(body []byte) {
	i := bytes.Index(body, []byte("Body="+mark))
	if i < 0 {
		return
	}
	word, _, _ := bytes.Cut(body[i+len("Body="+mark):], []byte("+"))
	ns, kind, _ := bytes.Cut(word, []byte("-"))
	at, err := strconv.ParseInt(string(ns), 10, 64)
	if err != nil {
		return
	}
	took := time.Since(time.Unix(0, at))
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.took == nil {
		a.took = map[string][]time.Duration{}
	}
	a.took[string(kind)] = append(a.took[string(kind)], took)
}

// take returns what was noted of a kind since the last time.
func (a *arrivals) take(kind string) []time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := a.took[kind]
	delete(a.took, kind)
	return out
}
