package channeltest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
)

// runFaults sends c, which works, through networks and to providers that do not.
func runFaults(t *testing.T, s *Setup, c Outgoing) {
	for name, f := range map[string]func(context.Context, *Setup, Outgoing) *findings{
		"faults":          faultsOf,
		"broken answers":  brokenAnswers,
		"given up before": givenUp,
		"many at once":    atOnce,
		"refused":         refusedForReal,
		"timed out":       timedOutForReal,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t.Context(), s, c).report(t)
		})
	}
}

// sendWith sends c, with its last reply replaced.
func sendWith(ctx context.Context, f *findings, s *Setup, c Outgoing, last Reply) channel.Result {
	replies := append(slices.Clone(c.Replies[:max(len(c.Replies)-1, 0)]), last)
	p := &provider{base: BaseURL, replies: replies}
	ch, err := s.open(p, BaseURL)
	if err != nil {
		f.add("open: %v", err)
		return channel.Result{}
	}
	out := c.outgoing(s)
	got := ch.Send(mark(ctx), out)
	checkSecrets(f, s, "the result", got)
	checkLog(f, s, ch, out)
	f.list = append(f.list, p.close()...)
	return got
}

// faultsOf checks the classes that hold for every provider.
func faultsOf(ctx context.Context, s *Setup, c Outgoing) *findings {
	f := &findings{}
	echo, _ := json.Marshal(s.secrets())
	loose := []channel.Class{channel.ClassUnknown, channel.ClassRetry}
	for _, tc := range []struct {
		what  string
		reply Reply
		want  []channel.Class
	}{
		{"a refused connection", Reply{Fault: Refused}, []channel.Class{channel.ClassRetry}},
		{"a reset after the request was sent", Reply{Fault: Reset}, []channel.Class{channel.ClassUnknown}},
		{"a time-out after the request was sent", Reply{Fault: TimedOut}, []channel.Class{channel.ClassUnknown}},
		{"429", Reply{Status: 429, Header: map[string]string{"Retry-After": "7"}}, []channel.Class{channel.ClassRetry}},
		{"503 with Retry-After", Reply{Status: 503, Header: map[string]string{"Retry-After": "7"}}, []channel.Class{channel.ClassRetry}},
		// A provider may promise that its 500 means nothing was done.
		{"500", Reply{Status: 500, Body: "oops"}, loose},
		{"502", Reply{Status: 502, Body: "<html>bad gateway</html>"}, loose},
		{"a redirect", Reply{Status: 302, Header: map[string]string{"Location": "https://elsewhere.example.test/"}}, loose},
		{"an answer that repeats our secrets", Reply{Status: 400, Body: fmt.Sprintf(
			`{"message":%[1]q,"error":{"message":%[1]q},"errors":[{"description":%[1]q}],"detail":%[1]q}`, echo)}, nil},
		{"a page that repeats our secrets", Reply{Status: 401, Body: string(echo)}, nil},
	} {
		got := sendWith(ctx, f, s, c, tc.reply)
		if tc.want != nil && !slices.Contains(tc.want, got.Class) {
			f.add("%s is %v, want %v", tc.what, got.Class, tc.want)
		}
		if tc.reply.Header["Retry-After"] == "7" && got.After != 7*time.Second {
			f.add("%s: After is %v, want 7s", tc.what, got.After)
		}
		if got.Class == channel.ClassAccepted || got.Class == 0 {
			f.add("%s is %v", tc.what, got.Class)
		}
	}
	return f
}

// brokenAnswers checks successes that cannot be read: the provider may well have
// sent the message.
func brokenAnswers(ctx context.Context, s *Setup, c Outgoing) *findings {
	f := &findings{}
	for _, body := range []string{"", "{", "[]", "null", "{}", `"`, "<html></html>", "\x00\xff", strings.Repeat("[", 100_000)} {
		got := sendWith(ctx, f, s, c, Reply{Status: 200, Body: body})
		if got.Class != channel.ClassAccepted && got.Class != channel.ClassUnknown {
			f.add("a success with the body %.20q is %v", body, got.Class)
		}
	}
	return f
}

// givenUp checks a send whose time is over before it begins.
func givenUp(ctx context.Context, s *Setup, c Outgoing) *findings {
	f := &findings{}
	ended, cancel := context.WithCancel(mark(ctx))
	cancel()
	p := &provider{base: BaseURL, replies: c.Replies, repeat: true}
	ch, err := s.open(p, BaseURL)
	if err != nil {
		f.add("open: %v", err)
		return f
	}
	if got := ch.Send(ended, c.outgoing(s)); got.Class != channel.ClassRetry || len(p.requests) > 0 {
		f.add("a send that was over before it began is %v, after %d requests", got.Class, len(p.requests))
	}
	return f
}

// atOnce checks that one channel serves many senders.
func atOnce(ctx context.Context, s *Setup, c Outgoing) *findings {
	f := &findings{}
	p := &provider{base: BaseURL, replies: c.Replies, repeat: true}
	ch, err := s.open(p, BaseURL)
	if err != nil {
		f.add("open: %v", err)
		return f
	}
	results := make([]channel.Result, 16)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			out := c.outgoing(s)
			out.Delivery = deliveryOf(i)
			results[i] = ch.Send(mark(ctx), out)
		})
	}
	wg.Wait()
	if len(c.Replies) == 1 {
		for i := range results {
			each := c
			each.Want.External = slices.Clone(c.Want.External)
			for j, id := range each.Want.External { // a channel may know a message by our own id
				each.Want.External[j] = strings.ReplaceAll(id, Delivery.String(), deliveryOf(i).String())
			}
			each.compare(f, results[i])
		}
	}
	f.list = append(f.list, p.close()...)
	return f
}

// deliveryOf is the id of one of many.
func deliveryOf(i int) heliograph.NotificationID {
	id := Delivery
	id[15] = byte(i + 1)
	return id
}

// refusedForReal sends to a port where nobody listens.
func refusedForReal(ctx context.Context, s *Setup, c Outgoing) *findings {
	f := &findings{}
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if got := overLoopback(ctx, f, s, c, server.URL, 10*time.Second); got.Class != channel.ClassRetry {
		f.add("a refused connection is %v, want %v", got.Class, channel.ClassRetry)
	}
	return f
}

// timedOutForReal sends to a provider that takes the request and says nothing.
func timedOutForReal(ctx context.Context, s *Setup, c Outgoing) *findings {
	f := &findings{}
	var mu sync.Mutex
	used := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		mu.Lock()
		i := used
		used++
		mu.Unlock()
		if i >= len(c.Replies)-1 {
			<-r.Context().Done()
			return
		}
		for k, v := range c.Replies[i].Header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(c.Replies[i].Status)
		_, _ = io.WriteString(w, c.Replies[i].Body)
	}))
	defer server.Close()
	began := time.Now()
	limit := 150 * time.Millisecond
	if len(c.Replies) > 1 { // what comes before is not to run out of time
		limit = time.Second
	}
	if got := overLoopback(ctx, f, s, c, server.URL, limit); got.Class != channel.ClassUnknown {
		f.add("a provider that takes the request and hangs is %v, want %v", got.Class, channel.ClassUnknown)
	}
	if took := time.Since(began); took > 5*time.Second {
		f.add("Send went on for %v after its context had ended", took)
	}
	return f
}

// moved returns a setup, and c, whose URLs below BaseURL are below base: settings
// and devices may name them, too.
func moved(s *Setup, c *Outgoing, base string) *Setup {
	there := *s
	there.Settings, there.Plain = strings.ReplaceAll(s.Settings, BaseURL, base), true
	if c.About != nil && c.About.Push != nil {
		about, push := *c.About, *c.About.Push
		push.Token = strings.ReplaceAll(push.Token, BaseURL, base)
		about.Push, c.About = &push, &about
	}
	return &there
}

func overLoopback(ctx context.Context, f *findings, s *Setup, c Outgoing, base string, limit time.Duration) channel.Result {
	rt := &http.Transport{}
	defer rt.CloseIdleConnections()
	there := moved(s, &c, base)
	ch, err := there.open(rt, base)
	if err != nil {
		f.add("open: %v", err)
		return channel.Result{}
	}
	ctx, cancel := context.WithTimeout(mark(ctx), limit)
	defer cancel()
	got := ch.Send(ctx, c.outgoing(s))
	checkSecrets(f, s, "the result", got)
	if got.Reason == heliograph.ReasonExpired {
		f.add("the case has expired, so that it shows nothing")
	}
	return got
}
