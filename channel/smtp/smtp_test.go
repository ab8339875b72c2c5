package smtp_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/mime"
	"heliograph/channel/smtp"
)

const password = "hunter2hunter2"

// server is a real mail server.
type server struct {
	*gosmtp.Server
	host string
	port int

	mu       sync.Mutex
	sessions int
	mails    []mail

	onMail, onRcpt, onData error // what it answers
	loginFails             bool
}

type mail struct{ from, to, data string }

func newServer(t *testing.T, change func(*server)) *server {
	t.Helper()
	s := &server{}
	s.Server = gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sessions++
		return &session{s: s}, nil
	}))
	s.Domain, s.AllowInsecureAuth, s.ErrorLog = "mx.test", true, quiet{}
	if change != nil {
		change(s)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(ln) }()
	t.Cleanup(func() { _ = s.Close() })
	s.host, s.port = split(t, ln.Addr().String())
	return s
}

func split(t *testing.T, address string) (string, int) {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	n, _ := strconv.Atoi(port)
	if err != nil || n == 0 {
		t.Fatal(address, err)
	}
	return host, n
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type session struct {
	s        *server
	from, to string
	in       bool
}

func (x *session) Reset()        {}
func (x *session) Logout() error { return nil }

func (x *session) Mail(from string, _ *gosmtp.MailOptions) error {
	x.from = from
	return x.s.onMail
}

func (x *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	x.to = to
	return x.s.onRcpt
}

func (x *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if x.s.onData != nil {
		return x.s.onData
	}
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.mails = append(x.s.mails, mail{x.from, x.to, string(b)})
	return nil
}

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, given string) error {
		if x.s.loginFails || user != "shop" || given != password {
			return gosmtp.ErrAuthFailed
		}
		x.in = true
		return nil
	}), nil
}

func settings(host string, port int, extra map[string]any) []byte {
	all := map[string]any{
		"host": host, "port": port, "security": "none", "fromAddress": "shop@mail.example", "incomingAddress": "hello@reply.example",
		"username": "shop", "password": password,
	}
	for k, v := range extra {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return b
}

type opened struct {
	channel.Channel
	log *bytes.Buffer
}

func openAt(t testing.TB, config []byte, base string) *opened {
	t.Helper()
	log := new(bytes.Buffer)
	ch, err := smtp.Type.Open(channel.Config{Integration: heliograph.IntegrationID{11: 1}, Settings: config}, channel.Deps{
		Dial: new(net.Dialer).DialContext, Auth: channeltest.Auth{}, Clock: func() time.Time { return channeltest.Now },
		HookURL: channeltest.HookURL, BaseURL: base, Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &opened{ch, log}
}

func marks() mime.Marks {
	return mime.Marks{Auth: channeltest.Auth{}, Integration: heliograph.IntegrationID{11: 1}}
}

func out() *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: channeltest.Delivery, Attempt: 1, Address: "ana@e.test", About: &channel.About{App: "Shop"},
		Content: &heliograph.Content{Type: "text", Text: "Hi\n.\nthere"},
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	ch := openAt(t, settings(s.host, s.port, nil), "")
	for range 3 {
		r := ch.Send(t.Context(), out())
		if r.Class != channel.ClassAccepted || len(r.External) != 1 {
			t.Fatal(r)
		}
		if _, n, ok := marks().ReadMessageID(r.External[0]); !ok || n != 1 {
			t.Errorf("the external id %q is not our Message-ID", r.External)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions != 1 || len(s.mails) != 3 {
		t.Errorf("%d mails over %d connections", len(s.mails), s.sessions)
	}
	m := s.mails[0]
	if m.to != "ana@e.test" || m.from != marks().Address(mime.ReturnAddress, channeltest.Delivery, "reply.example") {
		t.Errorf("%+v", m)
	}
	in, err := mime.Parse([]byte(m.data))
	if err != nil || in.Text != "Hi\n.\nthere" || in.Subject != "New message from Shop" || !strings.Contains(m.data, "<c+") {
		t.Errorf("%+v, %v", in, err)
	}
	if ch.log.Len() > 0 {
		t.Errorf("the log: %s", ch.log)
	}
}

// TestRefusals goes through what a server may answer, and when.
func TestRefusals(t *testing.T) {
	t.Parallel()
	said := func(code int, enhanced gosmtp.EnhancedCode) error {
		return &gosmtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "no " + password}
	}
	gone := &channel.Suppress{Scope: heliograph.ScopeAll, Source: heliograph.ConsentHardBounce}
	for name, tc := range map[string]struct {
		change func(*server)
		want   channel.Result
	}{
		"busy at MAIL":          {func(s *server) { s.onMail = said(451, gosmtp.EnhancedCode{4, 3, 0}) }, channel.Result{Class: channel.ClassRetry, ProviderCode: "4.3.0"}},
		"sender refused":        {func(s *server) { s.onMail = said(553, gosmtp.EnhancedCode{5, 7, 1}) }, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, ProviderCode: "5.7.1"}},
		"greylisted":            {func(s *server) { s.onRcpt = said(450, gosmtp.EnhancedCode{4, 2, 0}) }, channel.Result{Class: channel.ClassRetry, OnlyThis: true, ProviderCode: "4.2.0"}},
		"out of resources":      {func(s *server) { s.onRcpt = said(452, gosmtp.EnhancedCode{4, 3, 1}) }, channel.Result{Class: channel.ClassRetry, ProviderCode: "4.3.1"}},
		"no such mailbox":       {func(s *server) { s.onRcpt = said(550, gosmtp.EnhancedCode{5, 1, 1}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, Suppress: gone, ProviderCode: "5.1.1"}},
		"a null MX":             {func(s *server) { s.onRcpt = said(556, gosmtp.EnhancedCode{5, 1, 10}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, Suppress: gone, ProviderCode: "5.1.10"}},
		"no such domain":        {func(s *server) { s.onRcpt = said(550, gosmtp.EnhancedCode{5, 1, 2}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, ProviderCode: "5.1.2"}},
		"mailbox full":          {func(s *server) { s.onRcpt = said(552, gosmtp.EnhancedCode{5, 2, 2}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnreachable, ProviderCode: "5.2.2"}},
		"blocked":               {func(s *server) { s.onRcpt = said(550, gosmtp.EnhancedCode{5, 7, 1}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBlocked, ProviderCode: "5.7.1"}},
		"a log-in is missing":   {func(s *server) { s.onRcpt = said(530, gosmtp.EnhancedCode{5, 7, 0}) }, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, ProviderCode: "5.7.0"}},
		"busy at the dot":       {func(s *server) { s.onData = said(451, gosmtp.EnhancedCode{4, 3, 0}) }, channel.Result{Class: channel.ClassRetry, ProviderCode: "4.3.0"}},
		"spam":                  {func(s *server) { s.onData = said(554, gosmtp.EnhancedCode{5, 7, 1}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBlocked, ProviderCode: "5.7.1"}},
		"content refused":       {func(s *server) { s.onData = said(554, gosmtp.EnhancedCode{5, 6, 0}) }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest, ProviderCode: "5.6.0"}},
		"too large":             {func(s *server) { s.MaxMessageBytes = 100 }, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong, ProviderCode: "5.3.4"}},
		"the password is wrong": {func(s *server) { s.loginFails = true }, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, ProviderCode: "5.7.8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, tc.change)
			got := openAt(t, settings(s.host, s.port, nil), "").Send(t.Context(), out())
			if got.Message == "" || strings.Contains(got.Message, password) {
				t.Errorf("the message is %q", got.Message)
			}
			if tc.want.Reason == "" {
				tc.want.Reason = got.Reason
			}
			same := got.Class == tc.want.Class && got.Reason == tc.want.Reason && got.OnlyThis == tc.want.OnlyThis && got.ProviderCode == tc.want.ProviderCode
			if !same || (got.Suppress == nil) != (tc.want.Suppress == nil) || got.Suppress != nil && *got.Suppress != *tc.want.Suppress {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if len(s.mails) > 0 {
				t.Error("the mail was taken")
			}
		})
	}
}

// script is a server that answers line by line, and can go away at any of them.
func script(t *testing.T, answers func(line string) (answer string, hangUp bool)) (string, int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go converse(c, answers)
		}
	}()
	return split(t, ln.Addr().String())
}

// converse leaves the lines of a mail out, but for the dot.
func converse(c net.Conn, answers func(string) (string, bool)) {
	defer c.Close()
	text, hangUp := answers("")
	_, _ = io.WriteString(c, text)
	inData := false
	for lines := bufio.NewScanner(c); !hangUp && lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if inData && line != "." {
			continue
		}
		text, hangUp = answers(line)
		inData = strings.HasPrefix(text, "354")
		_, _ = io.WriteString(c, text)
	}
}

// ordinary answers as servers do.
func ordinary(line string) string {
	word, _, _ := strings.Cut(line, " ")
	switch strings.ToUpper(word) {
	case "":
		return "220 mx\r\n"
	case "EHLO", "HELO", "MAIL", "RCPT", "RSET":
		return "250 ok\r\n"
	case "DATA":
		return "354 go on\r\n"
	case ".":
		return "250 taken\r\n"
	}
	return ""
}

// TestLostConnections: what class a lost connection is depends on whether the
// server had the whole mail.
func TestLostConnections(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]channel.Class{
		"":        channel.ClassRetry,
		"EHLO":    channel.ClassRetry,
		"MAIL":    channel.ClassRetry,
		"RCPT":    channel.ClassRetry,
		"DATA":    channel.ClassRetry,
		".":       channel.ClassUnknown,
		"nowhere": channel.ClassAccepted,
	} {
		t.Run("at "+at, func(t *testing.T) {
			t.Parallel()
			host, port := script(t, func(line string) (string, bool) {
				word, _, _ := strings.Cut(line, " ")
				if word == at || word == "HELO" && at == "EHLO" {
					return "", true
				}
				return ordinary(line), false
			})
			got := openAt(t, settings(host, port, map[string]any{"username": nil, "password": nil}), "").Send(t.Context(), out())
			if got.Class != want {
				t.Errorf("%+v, want %v", got, want)
			}
		})
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	host, port := split(t, ln.Addr().String())
	if got := openAt(t, settings(host, port, nil), "").Send(t.Context(), out()); got.Class != channel.ClassRetry {
		t.Errorf("nobody listens: %+v", got)
	}
}

// TestGivenUp: a send ends with its context, whatever the server does.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "EHLO", "RCPT", "."} {
		t.Run("at "+at, func(t *testing.T) {
			t.Parallel()
			reached := make(chan struct{}, 2)
			host, port := script(t, func(line string) (string, bool) {
				word, _, _ := strings.Cut(line, " ")
				if word == at {
					reached <- struct{}{}
					return "", false // and nothing more
				}
				return ordinary(line), false
			})
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-reached; cancel() }()
			got := openAt(t, settings(host, port, map[string]any{"username": nil, "password": nil}), "").Send(ctx, out())
			want := channel.ClassRetry
			if at == "." {
				want = channel.ClassUnknown
			}
			if got.Class != want {
				t.Errorf("%+v, want %v", got, want)
			}
		})
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s := newServer(t, nil)
	if got := openAt(t, settings(s.host, s.port, nil), "").Send(ended, out()); got.Class != channel.ClassRetry || s.sessions != 0 {
		t.Errorf("over before it began: %+v after %d sessions", got, s.sessions)
	}
}

// TestIdleConnectionGone: a connection that the server closed meanwhile costs
// nothing.
func TestIdleConnectionGone(t *testing.T) {
	t.Parallel()
	mails := 0
	host, port := script(t, func(line string) (string, bool) {
		if line == "." {
			mails++
			return ordinary(line), true
		}
		return ordinary(line), false
	})
	ch := openAt(t, settings(host, port, map[string]any{"username": nil, "password": nil}), "")
	for range 3 {
		if r := ch.Send(t.Context(), out()); r.Class != channel.ClassAccepted {
			t.Fatal(r)
		}
	}
	if mails != 3 {
		t.Errorf("%d mails", mails)
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	ch := openAt(t, settings(s.host, s.port, nil), "")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if r := ch.Send(t.Context(), out()); r.Class != channel.ClassAccepted {
				t.Error(r)
			}
		})
	}
	wg.Wait()
	if len(s.mails) != 20 {
		t.Errorf("%d mails", len(s.mails))
	}
}

// TestFewConnections: a server is not flooded, and who waits too long tries later.
func TestFewConnections(t *testing.T) {
	t.Parallel()
	const most = 20
	greeted := make(chan struct{}, most+1)
	host, port := script(t, func(line string) (string, bool) {
		if line == "" {
			greeted <- struct{}{} // and let it wait
		}
		return "", false
	})
	ch := openAt(t, settings(host, port, nil), "")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range most {
		wg.Go(func() { ch.Send(ctx, out()) })
	}
	for range most {
		<-greeted
	}
	short, done := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer done()
	if r := ch.Send(short, out()); r.Class != channel.ClassRetry || !r.OnlyThis || len(greeted) > 0 {
		t.Errorf("one too many: %+v", r)
	}
	cancel()
	wg.Wait()
}

func TestOperatorsServer(t *testing.T) {
	t.Parallel()
	s := newServer(t, nil)
	base := "smtp://" + net.JoinHostPort(s.host, strconv.Itoa(s.port))
	ch := openAt(t, settings("mx.elsewhere.example", 465, map[string]any{"security": "tls"}), base)
	if r := ch.Send(t.Context(), out()); r.Class != channel.ClassAccepted || len(s.mails) != 1 {
		t.Error(r)
	}
	// A catcher of mails that knows no log-in.
	host, port := script(t, func(line string) (string, bool) { return ordinary(line), false })
	ch = openAt(t, settings("mx.elsewhere.example", 465, nil), "smtp://"+net.JoinHostPort(host, strconv.Itoa(port)))
	if r := ch.Send(t.Context(), out()); r.Class != channel.ClassAccepted {
		t.Error(r)
	}
	for _, bad := range []string{"http://127.0.0.1:1", "smtp://", "smtp://h:x", ":"} {
		if _, err := smtp.Type.Open(channel.Config{Settings: settings("a.test", 1, nil)}, channel.Deps{BaseURL: bad}); !heliograph.IsKind(err, heliograph.Invalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*server)
		extra  map[string]any
		kind   heliograph.Kind
		field  string
	}{
		"good":                   {},
		"the password is wrong":  {extra: map[string]any{"password": "wrong"}, kind: heliograph.Invalid, field: "password"},
		"no encryption":          {extra: map[string]any{"security": "starttls"}, kind: heliograph.Invalid, field: "security"},
		"no TLS":                 {extra: map[string]any{"security": "tls"}, kind: heliograph.Invalid, field: "security"},
		"nobody at that address": {extra: map[string]any{"host": "127.0.0.1", "port": 1}, kind: heliograph.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, tc.change)
			_, err := openAt(t, settings(s.host, s.port, tc.extra), "").Channel.(channel.Verifier).Verify(t.Context())
			if name == "good" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !heliograph.IsKind(err, tc.kind) || heliograph.AsError(err).Field != tc.field || strings.Contains(err.Error(), password) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		extra map[string]any
		field string
	}{
		"whole":              {nil, ""},
		"only what it needs": {map[string]any{"incomingAddress": nil, "username": nil, "password": nil, "port": nil, "security": nil}, ""},
		"no host":            {map[string]any{"host": nil}, "host"},
		"a URL for a host":   {map[string]any{"host": "smtp://a.test"}, "host"},
		"a port":             {map[string]any{"port": 70000}, "port"},
		"security":           {map[string]any{"security": "ssl"}, "security"},
		"no sender":          {map[string]any{"fromAddress": nil}, "fromAddress"},
		"a name for one":     {map[string]any{"fromAddress": "shop"}, "fromAddress"},
		"incoming":           {map[string]any{"incomingAddress": "x"}, "incomingAddress"},
		"inbound":            {map[string]any{"inboundDomain": "a b"}, "inboundDomain"},
		"bounces":            {map[string]any{"bounceDomain": "x@y"}, "bounceDomain"},
		"half a log-in":      {map[string]any{"username": nil}, "username"},
		"lines in a log-in":  {map[string]any{"password": "a\r\nQUIT"}, "password"},
	} {
		_, err := smtp.Type.Open(channel.Config{Settings: settings("mx.example", 25, tc.extra)}, channel.Deps{})
		if (err == nil) != (tc.field == "") || err != nil && heliograph.AsError(err).Field != tc.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, f := range channel.Fields(smtp.Type.Settings) {
		if secret := slices.Contains([]string{"password", "inboundSecret"}, f.Name); f.Secret != secret || f.Doc == "" {
			t.Errorf("%+v", f)
		}
	}
}
