package main

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

const (
	screens    = 500 // devices, each with its own conversation and socket
	screenRate = 500 // messages per second
)

func (b *bench) j3Screen() error { return b.screen(false) }

func (b *bench) j3ScreenPostgres() error {
	if b.pg == "" {
		return errNoPostgres
	}
	return b.screen(true)
}

// screen measures the way of a message between a business and a screen, both ways,
// with everything stored: the real server, real sessions, real sockets.
func (b *bench) screen(postgres bool) error {
	s, err := b.newSite(siteOptions{postgres: postgres, triggers: []string{"message:appUser"}})
	if err != nil {
		return err
	}
	defer s.close()
	k := &audience{s: s}
	if err := k.enter(); err != nil {
		return err
	}
	c := &crowd{prog: s.prog, path: "/sdk/v1/" + k.integration + "/live"}
	defer c.closeConns()
	if err := c.dial(b.ctx, screens, k.hello); err != nil {
		return err
	}
	c.timed.Store(true)
	out, answered, err := k.run(k.toScreens(), c.got.Load, c.taken)
	if err != nil {
		return err
	}
	b.report.plain("business to screen, p99 at 500/s", millis(quantile(out, 0.99)), "ms", fmt.Sprintf("p50 %.1f ms, from the call's start to the frame at the socket; the call itself: p50 %.1f, p99 %.1f ms", millis(quantile(out, 0.5)), millis(quantile(answered, 0.5)), millis(quantile(answered, 0.99))))
	s.hook.look = k.told
	in, answered, err := k.run(k.fromScreens(), s.hook.total.Load, k.taken)
	if err != nil {
		return err
	}
	b.report.plain("screen to webhook, p99 at 500/s", millis(quantile(in, 0.99)), "ms", fmt.Sprintf("p50 %.1f ms; the call itself: p50 %.1f, p99 %.1f ms", millis(quantile(in, 0.5)), millis(quantile(answered, 0.5)), millis(quantile(answered, 0.99))))
	if c.trouble != nil {
		return c.trouble
	}
	return nil
}

// audience is people with the messenger open.
type audience struct {
	s           *site
	integration string
	users       [screens]string
	sessions    [screens]string

	mu     sync.Mutex
	delays []time.Duration
}

// enter has every device start its conversation.
func (k *audience) enter() error {
	var kits struct {
		Web string `json:"webIntegrationId"`
	}
	if err := k.s.call(k.s.auth, http.MethodGet, "/v1.1/apps/"+k.s.app+"/sdks", nil, &kits); err != nil {
		return err
	}
	k.integration = kits.Web
	var wg sync.WaitGroup
	errs := make(chan error, 16)
	for w := range cap(errs) {
		wg.Go(func() {
			for i := w; i < screens; i += cap(errs) {
				if err := k.start(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func (k *audience) start(i int) error {
	var out struct {
		Session struct{ Token string }
		User    struct {
			ID string `json:"_id"`
		}
	}
	in := map[string]any{"device": map[string]any{"id": fmt.Sprintf("bench%027d", i)}}
	err := k.s.call("", http.MethodPost, "/sdk/v1/"+k.integration+"/start", in, &out)
	k.users[i], k.sessions[i] = out.User.ID, out.Session.Token
	return err
}

func (k *audience) hello(i int) string {
	return fmt.Sprintf(`{"t":"hello","session":"%s","foreground":true}`, k.sessions[i])
}

func stamped() string {
	return "at=" + strconv.FormatInt(time.Now().UnixNano(), 10) + " Your parcel is on its way and arrives today."
}

func (k *audience) toScreens() *load {
	base := "http://" + k.s.prog.addr + "/v1.1/apps/" + k.s.app + "/appusers/"
	return &load{addr: k.s.prog.addr, conns: k.s.b.conns, rate: screenRate, fill: func(_ int, n int64, req *fasthttp.Request) {
		k.s.json(req, base+k.users[n%screens]+"/messages", k.s.auth, `{"role":"appMaker","type":"text","text":"`+stamped()+`"}`)
	}}
}

func (k *audience) fromScreens() *load {
	uri := "http://" + k.s.prog.addr + "/sdk/v1/" + k.integration + "/messages"
	return &load{addr: k.s.prog.addr, conns: k.s.b.conns, rate: screenRate, fill: func(_ int, n int64, req *fasthttp.Request) {
		k.s.json(req, uri, "", `{"type":"text","text":"`+stamped()+`"}`)
		req.Header.Del("Authorization")
		req.Header.Set("X-Heliograph-Session", k.sessions[n%screens])
	}}
}

// told notes how long a message took to the webhook.
func (k *audience) told(body []byte) {
	_, rest, ok := bytes.Cut(body, timeMark)
	if !ok || len(rest) < 19 {
		return
	}
	at, err := strconv.ParseInt(string(rest[:19]), 10, 64)
	if err != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.delays = append(k.delays, time.Duration(time.Now().UnixNano()-at))
}

func (k *audience) taken() []time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := k.delays
	k.delays = nil
	slices.Sort(list)
	return list
}

// run has a load under way for a while, and returns the delays of what came, all of
// which must have, and how long the calls took.
func (k *audience) run(l *load, done func() int64, taken func() []time.Duration) (delays, calls []time.Duration, err error) {
	b, base := k.s.b, done()
	l.start(b.ctx)
	err = pause(b.ctx, warmUp(b.length()))
	taken()
	from := time.Now()
	if err == nil {
		err = pause(b.ctx, b.length())
	}
	l.stop()
	if err != nil {
		return nil, nil, err
	}
	if l.failed.Load() > 0 {
		return nil, nil, fmt.Errorf("%d calls were refused, the last with %v", l.failed.Load(), l.last.Load())
	}
	if err := drain(b.ctx, 30*time.Second, func() int64 { return done() - base }, l.accepted.Load()); err != nil {
		return nil, nil, fmt.Errorf("%w\n%s", err, k.s.prog.complaints())
	}
	b.say("%d of %d came", done()-base, l.accepted.Load())
	return taken(), l.took(from, time.Now()), nil
}
