package channeltest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
)

// Incoming is one request of the provider, and what must come of it.
type Incoming struct {
	Name   string
	Method string // POST when empty
	Path   string // after HookURL
	Query  string
	Header map[string]string
	Body   string
	// Sign adds the provider's proof to a request. Without it Header is taken to
	// hold the proof already.
	Sign func(*channel.Request)

	Want       []channel.Fact
	WantAnswer channel.Answer
	WantErr    heliograph.Kind // instead of facts: Forbidden, Invalid
}

// RunIncoming runs a table of the provider's requests.
//
// Beyond the table it checks that Receive is pure and calls nobody; that facts
// are whole (a key of their own, one of status and message, a reason for each
// failure); that a request without its proof, or with another body, is refused
// as Forbidden; that signed nonsense is refused without a panic; and that no
// secret is in what comes out.
func RunIncoming(t *testing.T, s Setup, cases []Incoming) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			c.run(&s).report(t)
		})
	}
}

func (c *Incoming) request() *channel.Request {
	r := &channel.Request{
		Method: c.Method, URL: HookURL + c.Path, Path: c.Path, Query: c.Query,
		Header: http.Header{}, Body: []byte(c.Body),
	}
	if r.Method == "" {
		r.Method = http.MethodPost
	}
	if c.Query != "" {
		r.URL += "?" + c.Query
	}
	for k, v := range c.Header {
		r.Header.Set(k, v)
	}
	if c.Sign != nil {
		c.Sign(r)
	}
	return r
}

func (c *Incoming) run(s *Setup) *findings {
	f := &findings{}
	p := &provider{base: BaseURL}
	ch, err := s.open(p, BaseURL)
	if err != nil {
		f.add("open: %v", err)
		return f
	}
	r, ok := ch.Channel.(channel.Receiver)
	if !ok {
		f.add("the channel is no channel.Receiver")
		return f
	}
	req := c.request()
	before, _ := json.Marshal(req)
	got, err := r.Receive(req)
	again, _ := r.Receive(c.request())
	if !reflect.DeepEqual(got, again) {
		f.add("the same request gives other facts when it comes again")
	}
	if after, _ := json.Marshal(req); string(after) != string(before) {
		f.add("the request was changed")
	}
	c.compare(f, s, got, err)
	if err == nil && got != nil {
		c.forge(f, s, r)
	}
	if c.Sign != nil {
		c.nonsense(f, s, r)
	}
	checkText(f, s, "the log", ch.log.String())
	f.list = append(f.list, p.close()...)
	return f
}

func (c *Incoming) compare(f *findings, s *Setup, got *channel.Received, err error) {
	if c.WantErr != heliograph.Internal {
		if !heliograph.IsKind(err, c.WantErr) || got != nil {
			f.add("got %+v, %v; want an error of kind %d", got, err, c.WantErr)
		}
		if err != nil {
			checkText(f, s, "the error", err.Error())
		}
		return
	}
	if err != nil || got == nil {
		f.add("got %+v, %v", got, err)
		return
	}
	if d := cmp.Diff(c.Want, got.Facts, cmp.FilterPath(isMessage, cmp.Comparer(containsIfSet))); d != "" {
		f.add("the facts (-want +got):\n%s", d)
	}
	if d := cmp.Diff(c.WantAnswer, got.Answer); d != "" {
		f.add("the answer (-want +got):\n%s", d)
	}
	checkReceived(f, s, got)
}

// isMessage finds what a result says to a person; tables need not spell it out.
func isMessage(p cmp.Path) bool { return strings.HasSuffix(p.String(), "Status.Result.Message") }

func containsIfSet(a, b string) bool {
	return a == "" || b == "" || strings.Contains(b, a) || strings.Contains(a, b)
}

// checkReceived holds for everything that any provider says.
func checkReceived(f *findings, s *Setup, got *channel.Received) {
	var keys []string
	for i := range got.Facts {
		fact := &got.Facts[i]
		if fact.Key == "" || slices.Contains(keys, fact.Key) {
			f.add("fact %d has no key of its own: %q", i, fact.Key)
		}
		keys = append(keys, fact.Key)
		if kinds(fact) != 1 {
			f.add("fact %d says %d things; it must be one", i, kinds(fact))
		}
		if fact.Status != nil {
			checkStatus(f, fact.Status)
		}
		if fact.Message != nil && (fact.Message.From == "" || fact.Message.External == "") {
			f.add("a message without a sender or an id")
		}
		doc, _ := json.Marshal(fact)
		checkText(f, s, "a fact", string(doc))
	}
	if got.Answer.Body != "" && got.Answer.ContentType == "" {
		f.add("the answer has a body of no type")
	}
	checkText(f, s, "the answer", got.Answer.Body)
}

// kinds counts what a fact says.
func kinds(f *channel.Fact) (n int) {
	for _, said := range []bool{f.Status != nil, f.Message != nil, f.Consent != nil, f.Template != nil, f.Moved != nil} {
		if said {
			n++
		}
	}
	return n
}

func checkStatus(f *findings, st *channel.StatusFact) {
	switch st.Status {
	case heliograph.AtChannel, heliograph.AtUser, "":
		if st.Result.Class != 0 {
			f.add("a status of %q has a result", st.Status)
		}
	case heliograph.Failed:
		if st.Result.Class == 0 || st.Result.Class == channel.ClassAccepted || st.Result.Reason == "" {
			f.add("a failure does not say why: %+v", st.Result)
		}
	default:
		f.add("%q is not a status that a provider can tell", st.Status)
	}
	if st.Delivery.IsZero() && st.External == "" {
		f.add("a status that belongs to nothing")
	}
}

// forge sends the request as somebody would who does not have the secret.
func (c *Incoming) forge(f *findings, s *Setup, r channel.Receiver) {
	if s.Unsigned {
		return
	}
	bare := *c
	bare.Sign = nil // which may have put the proof into the URL
	req := bare.request()
	req.Header = http.Header{"Content-Type": c.request().Header["Content-Type"]}
	if c.Sign != nil || !s.BodyUnsigned {
		refused(f, r, req, "a request without its proof")
	}
	if c.Body == "" || s.BodyUnsigned {
		return
	}
	for _, body := range []string{c.Body + "0", "x=1&" + c.Body, ""} {
		other := c.request()
		other.Body = []byte(body)
		refused(f, r, other, "a request with another body")
	}
}

func refused(f *findings, r channel.Receiver, req *channel.Request, what string) {
	if got, err := r.Receive(req); got != nil || !heliograph.IsKind(err, heliograph.Forbidden) {
		f.add("%s is not Forbidden: %+v, %v", what, got, err)
	}
}

// nonsense is signed, so that it gets as far as the parser.
func (c *Incoming) nonsense(f *findings, s *Setup, r channel.Receiver) {
	for _, body := range []string{
		"", "%", "&&&=", "a=b", "{", "[]", "null", "{}", `{"entry":[{"changes":null}]}`,
		"\x00\xff", strings.Repeat("a=b&", 5000), strings.Repeat("[", 10_000),
	} {
		odd := *c
		odd.Body = body
		got, err := r.Receive(odd.request())
		switch {
		case err == nil && got != nil:
			checkReceived(f, s, got)
		case !heliograph.IsKind(err, heliograph.Invalid) && !heliograph.IsKind(err, heliograph.Forbidden):
			f.add("a body of %.20q: %+v, %v; want an error of kind Invalid or Forbidden", body, got, err)
		}
	}
}
