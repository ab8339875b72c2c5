package channeltest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
)

// flawed is a channel that does its work in the wrong way that a test gives it.
type flawed struct {
	deps    channel.Deps
	send    func(context.Context, channel.Deps, *channel.Outgoing) channel.Result
	receive func(*channel.Request) (*channel.Received, error)
	render  func(*heliograph.Content) (channel.Rendering, error)
}

func (f *flawed) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	return f.send(ctx, f.deps, out)
}

func (f *flawed) Receive(r *channel.Request) (*channel.Received, error) { return f.receive(r) }

func (f *flawed) Render(c *heliograph.Content) (channel.Rendering, error) {
	if f.render == nil {
		return channel.Rendering{Text: c.Text, Parts: 1}, nil
	}
	return f.render(c)
}

type goodSettings struct {
	Key string `json:"key" doc:"The key." required:"true" secret:"true"`
}

func setupOf(f flawed) *Setup {
	return &Setup{
		Settings: `{"key":"s3cret"}`, Address: "anna",
		Type: channel.Type{
			Name: "flawed", Title: "Flawed", BaseURL: "https://p.test", AddressField: "address", Settings: goodSettings{},
			Normalise: func(s string) (string, bool) { return s, s == "anna" },
			Timeout:   time.Second,
			Open: func(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
				var s goodSettings
				if err := json.Unmarshal(cfg.Settings, &s); err != nil {
					return nil, err
				}
				c := f
				c.deps = deps
				return &c, nil
			},
		},
	}
}

// proper sends as it should be done.
func proper(ctx context.Context, deps channel.Deps, out *channel.Outgoing) channel.Result {
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, deps.BaseURL+"/m", nil)
	reply, failed := channel.Call(deps.HTTP, req, []byte(out.Content.Text))
	switch {
	case failed != nil:
		return *failed
	case reply.Status != 200:
		return channel.Classify(reply, deps.Clock())
	}
	return channel.Accepted(200, "1")
}

// careless makes the call by hand and leaves out what after does.
func careless(ctx context.Context, deps channel.Deps, target string, after func(*http.Response)) channel.Result {
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader("x"))
	res, err := deps.HTTP.RoundTrip(req)
	if err != nil {
		return channel.Result{Class: channel.ClassUnknown, Message: "no"}
	}
	after(res)
	return channel.Accepted(200, "1")
}

func properly(res *http.Response) {
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
}

type sendFunc = func(context.Context, channel.Deps, *channel.Outgoing) channel.Result

func TestOutgoingChecksFindFlaws(t *testing.T) {
	t.Parallel()
	accepted := channel.Accepted(200, "1")
	tests := []struct {
		want string // "" for a channel without a flaw
		send sendFunc
	}{
		{"", proper},
		{"the result (-want +got)", func(context.Context, channel.Deps, *channel.Outgoing) channel.Result { return channel.Result{} }},
		{"never asked for", func(context.Context, channel.Deps, *channel.Outgoing) channel.Result { return accepted }},
		{"more than there are replies", func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			proper(ctx, d, out)
			proper(ctx, d, out)
			return accepted
		}},
		{"leaves the base URL", func(ctx context.Context, d channel.Deps, _ *channel.Outgoing) channel.Result {
			return careless(ctx, d, "https://provider.example.test/m", properly)
		}},
		{"leaves the base URL", func(ctx context.Context, d channel.Deps, _ *channel.Outgoing) channel.Result {
			return careless(ctx, d, d.BaseURL+"evil/m", properly)
		}},
		{"was not closed", func(ctx context.Context, d channel.Deps, _ *channel.Outgoing) channel.Result {
			return careless(ctx, d, d.BaseURL+"/m", func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body) })
		}},
		{"not read to its end", func(ctx context.Context, d channel.Deps, _ *channel.Outgoing) channel.Result {
			return careless(ctx, d, d.BaseURL+"/m", func(r *http.Response) { _ = r.Body.Close() })
		}},
		{"not bound to the context", func(_ context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			return proper(context.Background(), d, out)
		}},
		{"was changed", func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			r := proper(ctx, d, out)
			out.Content.Text = "other"
			return r
		}},
		{"a secret is in the result", func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			r := proper(ctx, d, out)
			r.Message = "Bearer s3cret"
			return r
		}},
		{"a secret is in the log", func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			d.Log.Debug("sending", "auth", "czNjcmV0")
			return proper(ctx, d, out)
		}},
		{"is in the log", func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			d.Log.Info("sending", "to", out.Address)
			return proper(ctx, d, out)
		}},
	}
	for _, tc := range tests {
		t.Run(tc.want, func(t *testing.T) {
			t.Parallel()
			c := Outgoing{Text: "a text", Replies: []Reply{{Status: 200, Body: "ok"}}, Want: accepted}
			expect(t, c.run(t.Context(), setupOf(flawed{send: tc.send})), tc.want)
		})
	}
}

func TestNetworkChecksFindFlaws(t *testing.T) {
	t.Parallel()
	type check = func(context.Context, *Setup, Outgoing) *findings
	class := func(c channel.Class) sendFunc {
		return func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
			r := proper(ctx, d, out)
			if r.Class != channel.ClassAccepted {
				r.Class = c
			}
			return r
		}
	}
	deaf := func(_ context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
		return proper(mark(context.Background()), d, out)
	}
	parrot := func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
		r := proper(ctx, d, out)
		r.Message += " s3cret"
		return r
	}
	strict := func(ctx context.Context, d channel.Deps, out *channel.Outgoing) channel.Result {
		return channel.Result{Class: channel.ClassFinal}
	}
	tests := []struct {
		name  string
		check check
		send  sendFunc
		want  string
	}{
		{"proper", faultsOf, proper, ""},
		{"retries what may have been sent", faultsOf, class(channel.ClassRetry), "a reset after the request was sent is retry"},
		{"never retries", faultsOf, class(channel.ClassUnknown), "a refused connection is unknown"},
		{"repeats secrets", faultsOf, parrot, "a secret is in the result"},
		{"proper", brokenAnswers, proper, ""},
		{"fails what was taken", brokenAnswers, strict, "is final"},
		{"proper", givenUp, proper, ""},
		{"does not listen", givenUp, deaf, "over before it began"},
		{"proper", atOnce, proper, ""},
		{"proper", refusedForReal, proper, ""},
		{"never retries", refusedForReal, class(channel.ClassUnknown), "a refused connection is unknown"},
		{"proper", timedOutForReal, proper, ""},
		{"retries a time-out", timedOutForReal, class(channel.ClassRetry), "hangs is retry"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := Outgoing{Text: "a text", Replies: []Reply{{Status: 200, Body: "ok"}}, Want: channel.Accepted(200, "1")}
			expect(t, tc.check(t.Context(), setupOf(flawed{send: tc.send}), c), tc.want)
		})
	}
}

func TestRenderChecksFindFlaws(t *testing.T) {
	t.Parallel()
	refuse := func(err error) func(*heliograph.Content) (channel.Rendering, error) {
		return func(*heliograph.Content) (channel.Rendering, error) { return channel.Rendering{}, err }
	}
	n := 0
	for want, render := range map[string]func(*heliograph.Content) (channel.Rendering, error){
		"Render tells no parts": refuse(nil),
		"not of kind Invalid":   refuse(errors.New("no")),
		"Render refuses":        refuse(heliograph.Errorf(heliograph.Invalid, heliograph.ReasonContentTooLong, "no")),
		"when it is asked again": func(*heliograph.Content) (channel.Rendering, error) {
			n++
			return channel.Rendering{Parts: n}, nil
		},
	} {
		c := Outgoing{Text: "a text", Replies: []Reply{{Status: 200}}, Want: channel.Accepted(200, "1")}
		expect(t, c.run(t.Context(), setupOf(flawed{send: proper, render: render})), want)
	}
}

func TestIncomingChecksFindFlaws(t *testing.T) {
	t.Parallel()
	good := func(r *channel.Request) (*channel.Received, error) {
		if r.Header.Get("Proof") != "of "+string(r.Body) {
			return nil, heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "forged")
		}
		return &channel.Received{Facts: []channel.Fact{{Key: "1", Status: &channel.StatusFact{External: "1", Status: heliograph.AtUser}}}}, nil
	}
	after := func(change func(*channel.Request, *channel.Received)) func(*channel.Request) (*channel.Received, error) {
		return func(r *channel.Request) (*channel.Received, error) {
			got, err := good(r)
			if err == nil {
				change(r, got)
			}
			return got, err
		}
	}
	n := 0
	tests := []struct {
		want    string
		receive func(*channel.Request) (*channel.Received, error)
	}{
		{"", good},
		{"got <nil>", func(*channel.Request) (*channel.Received, error) { return nil, nil }},
		{"a request without its proof", func(r *channel.Request) (*channel.Received, error) {
			r = &channel.Request{Body: r.Body, Header: http.Header{"Proof": {"of " + string(r.Body)}}}
			return good(r)
		}},
		{"a request with another body", func(r *channel.Request) (*channel.Received, error) {
			if r.Header.Get("Proof") == "" {
				return good(r)
			}
			return good(&channel.Request{Body: []byte("b"), Header: http.Header{"Proof": {"of b"}}})
		}},
		{"the request was changed", after(func(r *channel.Request, _ *channel.Received) { r.Body = bytes.ToUpper(r.Body) })},
		{"when it comes again", after(func(_ *channel.Request, got *channel.Received) { n++; got.Facts[0].At = heliograph.Millis(n) })},
		{"no key of its own", after(func(_ *channel.Request, got *channel.Received) { got.Facts[0].Key = "" })},
		{"fact 0 says 0 things", after(func(_ *channel.Request, got *channel.Received) { got.Facts[0].Status = nil })},
		{"does not say why", after(func(_ *channel.Request, got *channel.Received) { got.Facts[0].Status.Status = heliograph.Failed })},
		{"not a status that a provider can tell", after(func(_ *channel.Request, got *channel.Received) { got.Facts[0].Status.Status = heliograph.Queued })},
		{"belongs to nothing", after(func(_ *channel.Request, got *channel.Received) { got.Facts[0].Status.External = "" })},
		{"a secret is in a fact", after(func(_ *channel.Request, got *channel.Received) { got.Facts[0].Status.Word = "s3cret" })},
		{"a body of no type", after(func(_ *channel.Request, got *channel.Received) { got.Answer.Body = "ok" })},
		{"want an error of kind", func(r *channel.Request) (*channel.Received, error) {
			if len(r.Body) == 0 {
				return nil, errors.New("empty")
			}
			return good(r)
		}},
	}
	for _, tc := range tests {
		t.Run(tc.want, func(t *testing.T) {
			t.Parallel()
			c := Incoming{
				Body: "b", Sign: func(r *channel.Request) { r.Header.Set("Proof", "of "+string(r.Body)) },
				Want: []channel.Fact{{Key: "1", Status: &channel.StatusFact{External: "1", Status: heliograph.AtUser}}},
			}
			expect(t, c.run(setupOf(flawed{receive: tc.receive})), tc.want)
		})
	}
}

// TestForgeriesOfUnsignedBodies: a proof that does not cover the body is still
// asked for, wherever it is.
func TestForgeriesOfUnsignedBodies(t *testing.T) {
	t.Parallel()
	fact := []channel.Fact{{Key: "1", Status: &channel.StatusFact{External: "1", Status: heliograph.AtUser}}}
	for want, receive := range map[string]func(*channel.Request) (*channel.Received, error){
		"": func(r *channel.Request) (*channel.Received, error) {
			if r.Query != "key=1" {
				return nil, heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "forged")
			}
			return &channel.Received{Facts: fact}, nil
		},
		"a request without its proof": func(*channel.Request) (*channel.Received, error) {
			return &channel.Received{Facts: fact}, nil
		},
	} {
		s := setupOf(flawed{receive: receive})
		s.BodyUnsigned = true
		c := Incoming{Body: "b", Sign: func(r *channel.Request) { r.Query = "key=1" }, Want: fact}
		expect(t, c.run(s), want)
	}
}

func TestDeclarationChecksFindFlaws(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Setup){
		"":                        func(*Setup) {},
		"Name is not":             func(s *Setup) { s.Type.Name = "Flawed" },
		"Title is missing":        func(s *Setup) { s.Type.Title = "" },
		"AddressField is missing": func(s *Setup) { s.Type.AddressField = "" },
		"BaseURL is not":          func(s *Setup) { s.Type.BaseURL += "/" },
		"Timeout is missing":      func(s *Setup) { s.Type.Timeout = time.Minute },
		"ReceiptDeadline":         func(s *Setup) { s.Type.Receipts = true },
		"Media has the type":      func(s *Setup) { s.Type.Media = channel.MediaLimits{"image": 1} },
		"lets nothing through":    func(s *Setup) { s.Type.Media = channel.MediaLimits{"image/*": 0} },
		"is taken for an address": func(s *Setup) { s.Type.Normalise = func(a string) (string, bool) { return a, true } },
		"the normal spelling":     func(s *Setup) { s.Address = "Anna" },
		"those that are declared": func(s *Setup) { s.Settings = `{"key":"s3cret","more":1}` },
		"is not documented": func(s *Setup) {
			s.Type.Settings = struct {
				Key string `json:"key" secret:"true"`
			}{}
		},
		"sounds like a secret": func(s *Setup) {
			s.Type.Settings = struct {
				Token string `json:"authToken" doc:"A token."`
			}{}
		},
		"has no json name": func(s *Setup) {
			s.Type.Settings = struct{ Key string }{}
		},
		"Open takes": func(s *Setup) {
			s.Type.Open = func(channel.Config, channel.Deps) (channel.Channel, error) { return &flawed{}, nil }
		},
	} {
		s := setupOf(flawed{send: proper})
		change(s)
		expect(t, declared(s), want)
	}
}

// expect fails unless one of the findings says want, or there are none when
// want is empty.
func expect(t *testing.T, f *findings, want string) {
	t.Helper()
	all := strings.Join(f.list, "\n")
	if want == "" && all != "" || !strings.Contains(all, want) {
		t.Errorf("the findings are %q, want %q", all, want)
	}
}
