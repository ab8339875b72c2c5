// Package conformance checks a server against the Sunshine Conversations API
// v1.1 over HTTP alone: it knows nothing of who answers, so that the same checks
// run against any server. What comes out says, for every method and every
// webhook, whether it is the same, better, or absent.
package conformance

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Options say what to check, and with what.
type Options struct {
	URL    string // of the server, without /v1.1
	KeyID  string // act_… : an app of its own is made and deleted; app_… : App is used
	Secret string
	App    string
	// Simulator is the provider simulator that the server sends through. Without
	// it nothing is sent, and what needs that is left out.
	Simulator string
	// Sink is where the server is to call webhooks; nil leaves those out.
	Sink   *Sink
	Client *http.Client
	// Tell is told of every check that has ended; may be nil.
	Tell func(Result)
}

// Verdict says how a server that passes a check compares with the vendor's.
type Verdict string

// The verdicts.
const (
	Identical Verdict = "identical"
	Better    Verdict = "better"
	Absent    Verdict = "absent"
)

// State is how a check ended.
type State string

// The states.
const (
	Passed  State = "passed"
	Failed  State = "failed"
	Skipped State = "skipped"
)

// Check is one thing that the API promises.
type Check struct {
	Area    string  // of the page: "Users", "Webhooks"
	Name    string  // the client's method, or the trigger
	Call    string  // the HTTP call, if there is one
	Verdict Verdict // of a server that passes
	Note    string  // what is better, or what to use instead
	needs   need
	run     func(*probe)
}

// need is what a check cannot do without.
type need int

const (
	needsAccount  need = 1 << iota // a key of scope account
	needsProvider                  // a simulator that the server sends through
	needsSink                      // webhooks that reach us
)

// Result is how one check ended.
type Result struct {
	Check
	State  State
	Detail string // what was wrong, or why it was skipped
	Took   time.Duration
}

// checkTime bounds one check.
const checkTime = 60 * time.Second

// Run runs every check, in order.
func Run(ctx context.Context, o Options) ([]Result, error) {
	b, err := newBed(ctx, o)
	if err != nil {
		return nil, err
	}
	defer b.close()
	var out []Result
	for _, c := range Checks() {
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		r := b.run(ctx, c)
		if o.Tell != nil {
			o.Tell(r)
		}
		out = append(out, r)
	}
	return out, nil
}

// bed is what all checks share: an app, and who may do what in it.
type bed struct {
	Options
	account  string // Authorization of an account key; "" without one
	app      string // its id
	own      bool   // it was made for this run
	appAuth  string
	appKey   string // the id of the app key
	appToken string // its secret
	line     string // an integration of the simulator's Twilio, once it is made
	number   string // whose number this is
	// integrations are those that were made, and go at the end.
	integrations []string
}

func newBed(ctx context.Context, o Options) (*bed, error) {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 30 * time.Second}
	}
	o.URL = strings.TrimSuffix(o.URL, "/")
	b := &bed{Options: o, app: o.App}
	if !strings.HasPrefix(o.KeyID, "act_") {
		if o.App == "" {
			return nil, fmt.Errorf("a key of scope app needs --app, the id of its app")
		}
		b.appAuth, b.appKey, b.appToken = basic(o.KeyID, o.Secret), o.KeyID, o.Secret
		return b, b.reach(ctx)
	}
	b.account = basic(o.KeyID, o.Secret)
	return b, b.prepare(ctx)
}

// prepare makes an app, and a key for it.
func (b *bed) prepare(ctx context.Context) (err error) {
	p := &probe{bed: b, ctx: ctx}
	defer func() {
		if f, ok := recover().(failure); ok {
			err = fmt.Errorf("the app for the checks cannot be made: %s", f)
		}
	}()
	b.own = true
	b.app = p.as(b.account).post("/apps", doc{"name": "Conformance"}).is(201).text("app._id")
	key := p.as(b.account).post("/apps/"+b.app+"/keys", doc{"name": "conformance"}).is(201)
	b.appKey, b.appToken = key.text("key._id"), key.text("key.secret")
	b.appAuth = basic(b.appKey, b.appToken)
	return nil
}

// reach asks for the app of an app key, so that a wrong key or app is told once
// and not by every check.
func (b *bed) reach(ctx context.Context) (err error) {
	defer func() {
		if f, ok := recover().(failure); ok {
			err = fmt.Errorf("the app cannot be used: %s", f)
		}
	}()
	switch a := (&probe{bed: b, ctx: ctx}).get("/apps/" + b.app); a.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		a.is(http.StatusOK)
	}
	return nil
}

// close deletes the app that was made, or what was made in an app that stays and
// would be in its owner's way: a message without a destination would go there.
func (b *bed) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	p := &probe{bed: b, ctx: ctx}
	defer func() { _ = recover() }()
	if b.own {
		p.as(b.account).delete("/apps/" + b.app)
		return
	}
	for _, id := range b.integrations {
		p.delete(p.long("/integrations/" + id))
	}
}

func (b *bed) lacks(c *Check) string {
	switch {
	case c.needs&needsAccount != 0 && b.account == "":
		return "it needs a key of scope account"
	case c.needs&needsProvider != 0 && b.Simulator == "":
		return "it needs --simulator, the provider simulator that the server sends through"
	case c.needs&needsSink != 0 && b.Sink == nil:
		return "it needs --sink, where the server's webhooks reach this program"
	}
	return ""
}

func (b *bed) run(ctx context.Context, c Check) (r Result) {
	r = Result{Check: c, State: Passed}
	if why := b.lacks(&c); why != "" {
		r.State, r.Detail = Skipped, why
		return r
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	began := time.Now()
	defer func() {
		r.Took = time.Since(began)
		switch f := recover().(type) {
		case nil:
		case failure:
			r.State, r.Detail = Failed, string(f)
		default:
			panic(f)
		}
	}()
	c.run(&probe{bed: b, ctx: ctx})
	return r
}

// random returns text that no other run has.
func random() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
