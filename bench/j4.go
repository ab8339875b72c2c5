package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/valyala/fasthttp"
)

// talkers is how many users write in J4.
const talkers = 2048

// j4 measures the way of an event: a customer's message comes in, is durable,
// is told to a webhook with a signature, and the telling is recorded.
func (b *bench) j4() error {
	s, err := b.newSite(siteOptions{triggers: []string{"message:appUser"}})
	if err != nil {
		return err
	}
	defer s.close()
	t, err := s.talk()
	if err != nil {
		return err
	}
	var rates, cpu, p99 []float64
	err = b.against("C2", ceilings.c2, 0.40, 0.50, func() (float64, error) {
		f, err := s.measure(t.load(), s.hook.total.Load)
		if err != nil {
			return 0, err
		}
		b.say("%.0f/s, %.3f CPU-s/1,000, accept p50 %v p99 %v", f.rate, f.cpu, f.p50, f.p99)
		rates, cpu, p99 = append(rates, f.rate), append(cpu, f.cpu), append(p99, millis(f.p99))
		return f.rate, nil
	})
	if err != nil {
		return err
	}
	b.report.plain("rate, event to webhook", median(rates), "/s", "")
	b.report.plain("CPU of the server per 1,000", median(cpu), "s", "")
	b.report.plain("accept p99, saturated", median(p99), "ms", "")
	b.report.atMost("events told out of order or never", float64(t.wrong.Load()), "", 0, 0, fmt.Sprintf("of %d; %d were told twice", s.hook.total.Load(), t.again.Load()))
	if b.quick {
		return nil
	}
	return b.deadEndpoint(s, t)
}

// deadEndpoint compares a webhook alone with the same beside one that hangs.
func (b *bench) deadEndpoint(alone *site, talk *talk) error {
	s, err := b.newSite(siteOptions{triggers: []string{"message:appUser"}})
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.newWebhook(s.app, s.auth, s.sink.dead("/dead"), []string{"message:appUser"}); err != nil {
		return err
	}
	beside, err := s.talk()
	if err != nil {
		return err
	}
	i, err := b.compare(func(dead bool) (float64, error) {
		if dead {
			f, err := s.measure(beside.load(), s.hook.total.Load)
			return f.rate, err
		}
		f, err := alone.measure(talk.load(), alone.hook.total.Load)
		return f.rate, err
	})
	if err == nil {
		b.report.pairs("rate beside an endpoint that hangs, to alone", i, 0.90, false, "")
	}
	return err
}

// talk is users who write, and what was seen of the order they are told in.
type talk struct {
	s     *site
	next  [talkers]int64        // each user's next message; a user has one connection
	seen  [talkers]atomic.Int64 // the last that was told
	wrong atomic.Int64
	again atomic.Int64
}

// talk makes the users.
func (s *site) talk() (*talk, error) {
	t := &talk{s: s}
	s.hook.look = t.look
	l := &load{addr: s.prog.addr, conns: s.b.conns}
	l.room = func() bool { return l.next.Load() < talkers }
	uri := "http://" + s.prog.addr + "/v1.1/apps/" + s.app + "/appusers"
	l.fill = func(_ int, n int64, req *fasthttp.Request) {
		s.json(req, uri, s.auth, `{"userId":"talker-`+strconv.FormatInt(n, 10)+`"}`)
	}
	l.start(s.b.ctx)
	defer l.stop()
	return t, drain(s.b.ctx, s.b.length()+warmUp(s.b.length())*10, l.accepted.Load, talkers)
}

// json makes req a call with a JSON body.
func (s *site) json(req *fasthttp.Request, uri, auth, body string) {
	req.SetRequestURI(uri)
	req.Header.SetMethod(http.MethodPost)
	req.Header.SetContentType("application/json")
	req.Header.Set("Authorization", auth)
	req.SetBodyString(body)
}

// load returns a load in which every user writes one message after another.
func (t *talk) load() *load {
	uri := "http://" + t.s.prog.addr + "/v1.1/apps/" + t.s.app + "/appusers/talker-"
	turns := make([]int, t.s.b.conns)
	return &load{addr: t.s.prog.addr, conns: t.s.b.conns, fill: func(w int, _ int64, req *fasthttp.Request) {
		// The users of a connection are its own, so that their order is known.
		u := w + turns[w]*t.s.b.conns
		if u >= talkers {
			u, turns[w] = w, 0
		}
		turns[w]++
		t.next[u]++
		t.s.json(req, uri+strconv.Itoa(u+1)+"/messages", t.s.auth,
			`{"role":"appUser","type":"text","text":"u`+strconv.Itoa(u)+` n`+strconv.FormatInt(t.next[u], 10)+` Please leave it at the door, thank you!"}`)
	}}
}

// look checks the order of what a webhook is told.
func (t *talk) look(body []byte) {
	user, number, ok := strings.Cut(between(body, `"text":"u`, ` Please`), " n")
	u, err1 := strconv.Atoi(user)
	n, err2 := strconv.ParseInt(number, 10, 64)
	if !ok || err1 != nil || err2 != nil || u < 0 || u >= talkers {
		t.wrong.Add(1)
		return
	}
	switch last := t.seen[u].Swap(max(n, t.seen[u].Load())); {
	case n <= last:
		t.again.Add(1)
	case n != last+1:
		t.wrong.Add(1)
	}
}
