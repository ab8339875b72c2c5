package smtpd_test

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator/smtpd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// desk answers as the test says and remembers the last message.
type desk struct {
	features smtpd.Features
	hello    *smtpd.Reply
	answer   *smtpd.Reply
	got      chan string
}

func (d *desk) Features() smtpd.Features                 { return d.features }
func (d *desk) Connected() *smtpd.Reply                  { return d.hello }
func (d *desk) Authenticate(string, string) *smtpd.Reply { return nil }
func (d *desk) Recipient(context.Context, *smtpd.Envelope, string) *smtpd.Reply {
	return nil
}
func (d *desk) Message(_ context.Context, e *smtpd.Envelope, raw []byte) *smtpd.Reply {
	d.got <- e.Client + " " + e.From + " " + strings.Join(e.To, ",") + " " + string(raw)
	return d.answer
}

// line is one connection.
type line struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func open(t *testing.T, d *desk, o smtpd.Options) *line {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.got = make(chan string, 10)
	o.Handler = d
	s := smtpd.Serve(ln, o)
	t.Cleanup(s.Close)
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	return &line{t, conn, bufio.NewReader(conn)}
}

// hear returns the last line of the next answer; "gone" when there is none.
func (l *line) hear() string {
	for {
		s, err := l.in.ReadString('\n')
		if err != nil {
			return "gone"
		}
		if len(s) > 3 && s[3] == ' ' {
			return strings.TrimSpace(s)
		}
	}
}

func (l *line) say(words string) string {
	_, _ = l.conn.Write([]byte(words))
	return l.hear()
}

func (l *line) want(got, begins string) {
	l.t.Helper()
	if !strings.HasPrefix(got, begins) {
		l.t.Errorf("%q, want %s", got, begins)
	}
}

func TestPipelining(t *testing.T) {
	t.Parallel()
	d := &desk{}
	l := open(t, d, smtpd.Options{})
	l.want(l.hear(), "220")
	l.want(l.say("EHLO me\r\n"), "250")
	l.want(l.say("MAIL FROM:<>\r\nRCPT TO:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n"), "250 2.1.0")
	for _, begins := range []string{"250 2.1.5", "250 2.1.5", "250 2.1.5", "354"} {
		l.want(l.hear(), begins)
	}
	l.want(l.say("Subject: x\r\n\r\n..a dot\r\n.\r\nQUIT\r\n"), "250")
	l.want(l.hear(), "221")
	if got := <-d.got; got != "me  a@b.test,c@d.test Subject: x\r\n\r\n.a dot\r\n" {
		t.Errorf("%q", got)
	}
}

// What is too big is refused, and the connection goes on.
func TestTooBig(t *testing.T) {
	t.Parallel()
	l := open(t, &desk{}, smtpd.Options{MaxSize: 100})
	l.hear()
	l.say("EHLO me\r\n")
	l.say("MAIL FROM:<a@b.test>\r\n")
	l.say("RCPT TO:<a@b.test>\r\n")
	l.say("DATA\r\n")
	l.want(l.say(strings.Repeat("0123456789\r\n", 1000)+".\r\n"), "552")
	l.want(l.say("NOOP\r\n"), "250")
}

func TestLongLinesAndManyFaults(t *testing.T) {
	t.Parallel()
	l := open(t, &desk{}, smtpd.Options{})
	l.hear()
	l.want(l.say(strings.Repeat("x", 10_000)+"\r\n"), "500")
	l.want(l.hear(), "gone")
	l = open(t, &desk{}, smtpd.Options{})
	l.hear()
	for range 51 {
		l.want(l.say("WHAT\r\n"), "502")
	}
	l.want(l.hear(), "421")
	l.want(l.hear(), "gone")
}

func TestGreetings(t *testing.T) {
	t.Parallel()
	l := open(t, &desk{hello: &smtpd.Reply{Code: 554, Text: "No"}}, smtpd.Options{})
	l.want(l.hear(), "554")
	l.want(l.hear(), "gone")
}

// A message that is never answered holds its connection, and Close ends it.
func TestHangEnds(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]*smtpd.Reply{
		"for a while": {Hang: true, Hold: time.Millisecond}, "closed": {Drop: true}, "reset": {Reset: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, &desk{answer: answer}, smtpd.Options{})
			l.hear()
			for _, words := range []string{"EHLO me\r\n", "MAIL FROM:<a@b.test>\r\n", "RCPT TO:<a@b.test>\r\n", "DATA\r\n"} {
				l.say(words)
			}
			l.want(l.say("x\r\n.\r\n"), "gone")
		})
	}
}

// What a client said before the handshake never counts as said under TLS.
func TestNothingFollowsStartTLS(t *testing.T) {
	t.Parallel()
	config, _, err := smtpd.SelfSigned(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l := open(t, &desk{features: smtpd.Features{StartTLS: true}}, smtpd.Options{TLS: config})
	l.hear()
	l.say("EHLO me\r\n")
	l.want(l.say("STARTTLS\r\nMAIL FROM:<a@b.test>\r\n"), "501")
	l.want(l.hear(), "gone")
}
