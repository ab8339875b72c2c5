package channeltest

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
)

// Outgoing is one attempt to send, what the provider answers, and what must
// come of it.
type Outgoing struct {
	Name     string
	To       string              // Setup.Address when empty
	Text     string              // the text of a text message
	Content  *heliograph.Content // instead of Text
	Category heliograph.Category
	About    *channel.About
	Attempt  int // 1 when 0
	Expires  heliograph.Millis

	Replies  []Reply // in order; every one must be asked for, and no more
	Requests []Request
	Want     channel.Result // see Want
}

// Request is what one request must be. What is zero is not compared.
type Request struct {
	Method string
	Path   string // after the base URL, with the query
	Form   url.Values
	JSON   string
	Header map[string]string // these, among others
}

// RunOutgoing runs a table of sends. Of Want, Class, External, After, Suppress
// and OneMoreTry are compared always; the rest when it is not zero; Message by
// what it contains.
//
// Beyond the table it checks of every case that no secret, address or text is
// in a result or in the log where it must not be; that requests stay within the
// base URL and keep the context; that every answer is read to its end and
// closed; that exactly one attempt is made; that the content is left alone, and
// that Render agrees with Send. And it runs the first case that is accepted
// under each fault of the network, with a real one on the loopback for refused
// connections and time-outs, and many times at once (use -race). The type's
// declaration is checked as well.
func RunOutgoing(t *testing.T, s Setup, cases []Outgoing) {
	t.Helper()
	declared(&s).report(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.run(t.Context(), &s).report(t)
		})
	}
	for i := range cases {
		if c := cases[i]; c.Want.Class == channel.ClassAccepted {
			t.Run("any network", func(t *testing.T) {
				t.Parallel()
				runFaults(t, &s, c)
			})
			return
		}
	}
	t.Error("no case of the table is accepted")
}

func (c *Outgoing) outgoing(s *Setup) *channel.Outgoing {
	out := &channel.Outgoing{
		Delivery: Delivery, Attempt: max(c.Attempt, 1), Address: c.To,
		Content: c.Content, Category: c.Category, Expires: c.Expires, About: c.About,
	}
	if out.Address == "" {
		out.Address = s.Address
	}
	if out.Content == nil {
		out.Content = &heliograph.Content{Type: heliograph.TextMessage, Text: c.Text}
	}
	return out
}

func (c *Outgoing) run(ctx context.Context, s *Setup) *findings {
	p := &provider{base: BaseURL, replies: c.Replies}
	f := &findings{}
	ch, err := s.open(p, BaseURL)
	if err != nil {
		f.add("open: %v", err)
		return f
	}
	out := c.outgoing(s)
	before, _ := json.Marshal(out)
	got := ch.Send(mark(ctx), out)
	c.compare(f, got)
	c.compareRequests(f, p)
	if after, _ := json.Marshal(out); string(after) != string(before) {
		f.add("the message was changed: %s became %s", before, after)
	}
	checkRender(f, ch, out, got, p)
	checkSecrets(f, s, "the result", got)
	checkLog(f, s, ch, out)
	f.list = append(f.list, p.close()...)
	return f
}

func (c *Outgoing) compare(f *findings, got channel.Result) {
	want := c.Want
	if want.Message != "" && strings.Contains(got.Message, want.Message) {
		want.Message = got.Message
	}
	fill := func(want, got any) {
		if w := reflect.ValueOf(want).Elem(); w.IsZero() {
			w.Set(reflect.ValueOf(got))
		}
	}
	fill(&want.Message, got.Message)
	fill(&want.Parts, got.Parts)
	fill(&want.Price, got.Price)
	fill(&want.Reason, got.Reason)
	fill(&want.HTTPStatus, got.HTTPStatus)
	fill(&want.ProviderCode, got.ProviderCode)
	if d := cmp.Diff(want, got); d != "" {
		f.add("the result (-want +got):\n%s", d)
	}
	switch {
	case got.Class == 0:
		f.add("the result has no class")
	case got.Class != channel.ClassAccepted && got.Message == "":
		f.add("the result says nothing that a person could read")
	case (got.Class == channel.ClassFinal || got.Class == channel.ClassPause) && got.Reason == "":
		f.add("the result has no reason")
	}
}

func (c *Outgoing) compareRequests(f *findings, p *provider) {
	if len(c.Requests) > 0 && len(c.Requests) != len(p.requests) {
		f.add("%d requests were made, want %d", len(p.requests), len(c.Requests))
		return
	}
	for i, want := range c.Requests {
		want.compare(f, &p.requests[i])
	}
}

func (want *Request) compare(f *findings, got *request) {
	if want.Method != "" && want.Method != got.Method {
		f.add("the method is %s, want %s", got.Method, want.Method)
	}
	if path := strings.TrimPrefix(got.URL.String(), BaseURL); want.Path != "" && want.Path != path {
		f.add("the path is %s, want %s", path, want.Path)
	}
	for k, v := range want.Header {
		if got.Header.Get(k) != v {
			f.add("the header %s is %q, want %q", k, got.Header.Get(k), v)
		}
	}
	if want.Form != nil {
		form, err := url.ParseQuery(string(got.body))
		if d := cmp.Diff(want.Form, form); d != "" || err != nil {
			f.add("the form (-want +got): %v\n%s", err, d)
		}
	}
	if want.JSON != "" {
		var a, b any
		errA, errB := json.Unmarshal([]byte(want.JSON), &a), json.Unmarshal(got.body, &b)
		if d := cmp.Diff(a, b); d != "" || errA != nil || errB != nil {
			f.add("the document (-want +got): %v, %v\n%s", errA, errB, d)
		}
	}
}

// checkRender checks that what a gate is told beforehand is what happens.
func checkRender(f *findings, ch *opened, out *channel.Outgoing, got channel.Result, p *provider) {
	r, ok := ch.Channel.(channel.Renderer)
	if !ok {
		return
	}
	first, err := r.Render(out.Content)
	second, _ := r.Render(out.Content)
	switch {
	case !reflect.DeepEqual(first, second):
		f.add("Render answers differently when it is asked again")
	case err == nil && first.Parts < 1:
		f.add("Render tells no parts")
	case err == nil:
		return
	case !heliograph.IsKind(err, heliograph.Invalid):
		f.add("Render's error is not of kind Invalid: %v", err)
	case got.Class != channel.ClassFinal || got.Reason != heliograph.AsError(err).Code:
		f.add("Render refuses (%v) what Send ends as %v (%s)", err, got.Class, got.Reason)
	case len(p.requests) > 0:
		f.add("Send asked the provider to send what Render refuses")
	}
}
