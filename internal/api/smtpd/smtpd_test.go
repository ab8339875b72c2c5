package smtpd_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/wneessen/go-mail/smtp"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/smtpd"
)

// office is the surface with a directory and a store under the test's control.
type office struct {
	*testing.T
	*smtpd.Server
	address string

	mu      sync.Mutex
	stored  []string
	broken  error // of the directory
	full    error // of the store
	holding chan struct{}
	most    int64
}

// box takes mail for addresses that begin with its name.
type box string

func (b box) Takes(address string) bool { return strings.HasPrefix(address, string(b)) }

func (b box) ReceiveMail(m *channel.Mail) ([]channel.Fact, error) {
	if !strings.Contains(string(m.Data), "\r\n\r\n") {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "no mail")
	}
	return []channel.Fact{{Key: string(b) + " " + m.From + " " + strings.Join(m.To, ",")}}, nil
}

func (o *office) Boxes(_ context.Context, address string) (out []smtpd.Box, err error) {
	for i, name := range []string{"ana", "an", "bob"} {
		if b := box(name); b.Takes(address) {
			out = append(out, smtpd.Box{Integration: &heliograph.Integration{ID: heliograph.IntegrationID{11: byte(i + 1)}}, Mailbox: b})
		}
	}
	return out, o.broken
}

func (o *office) Apply(_ context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	if o.holding != nil {
		o.holding <- struct{}{}
		<-o.holding
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.full != nil {
		return o.full
	}
	head, _, _ := strings.Cut(string(raw), "\n")
	o.stored = append(o.stored, facts[0].Key+" | "+head)
	return nil
}

func newOffice(t *testing.T, change func(*office)) *office {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{T: t, address: ln.Addr().String()}
	if change != nil {
		change(o)
	}
	o.Server = smtpd.New(ln, smtpd.Options{Directory: o, Inbox: o, Name: "mx.test", MaxMail: max(o.most, 10_000), LargeTime: 4 * time.Second, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	go func() { _ = o.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		o.Stop(ctx)
		<-o.Ended()
	})
	return o
}

const mail = "From: x@e.test\r\nSubject: Hi\r\n\r\nHi\r\n"

// send hands a mail over and returns what each recipient was answered, and the mail.
func (o *office) send(data string, to ...string) (refused []string, err error) {
	o.Helper()
	c, err := smtp.Dial(o.address)
	if err != nil {
		o.Fatal(err)
	}
	defer c.Close()
	if err := c.Mail("<x@e.test>"); err != nil {
		return nil, err
	}
	for _, a := range to {
		if err := c.Rcpt("<" + a + ">"); err != nil {
			refused = append(refused, said(err))
		}
	}
	w, err := c.Data()
	if err != nil {
		return refused, err
	}
	if _, err := io.WriteString(w, data); err != nil {
		return refused, err
	}
	return refused, w.Close()
}

// said is how an answer begins: its code and its enhanced code.
func said(err error) string {
	e, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return err.Error()
	}
	enhanced, _, _ := strings.Cut(e.Msg, " ")
	return strconv.Itoa(e.Code) + " " + enhanced
}

func TestTaken(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	refused, err := o.send(mail, "ana@here.test", "eve@here.test", "bob@here.test", "ana2@here.test")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"550 5.1.1"}, refused); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{
		"ana x@e.test ana@here.test,ana2@here.test | MAIL <x@e.test> <ana@here.test> <ana2@here.test>",
		"an x@e.test ana@here.test,ana2@here.test | MAIL <x@e.test> <ana@here.test> <ana2@here.test>",
		"bob x@e.test bob@here.test | MAIL <x@e.test> <bob@here.test>",
	}, o.stored); d != "" {
		t.Error(d)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change  func(*office)
		data    string
		to      string
		refused []string
		want    string // how the answer to the mail begins
	}{
		"nobody's":              {nil, mail, "eve@here.test", []string{"550 5.1.1"}, "502 5.5.1"},
		"no directory":          {func(o *office) { o.broken = errors.New("away") }, mail, "ana@here.test", []string{"451 4.3.0"}, "502 5.5.1"},
		"no store":              {func(o *office) { o.full = errors.New("disk full") }, mail, "ana@here.test", nil, "451 4.3.0"},
		"no mail":               {nil, "nothing", "ana@here.test", nil, "554 5.6.0"},
		"larger than it may be": {nil, mail + strings.Repeat(strings.Repeat("x", 98)+"\r\n", 100), "ana@here.test", nil, "552 5.3.4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, tc.change)
			refused, err := o.send(tc.data, tc.to)
			if d := cmp.Diff(tc.refused, refused); d != "" {
				t.Error(d)
			}
			if err == nil || said(err) != tc.want || strings.Contains(err.Error(), "disk") {
				t.Errorf("%v, want %s", err, tc.want)
			}
			if len(o.stored) > 0 {
				t.Error(o.stored)
			}
		})
	}
}

// TestStop waits for the mail that is being stored, and takes no more.
// begin hands over the beginning of a mail, and leaves it at that.
func (o *office) begin(data string) *textproto.Conn {
	o.Helper()
	c, err := textproto.Dial("tcp", o.address)
	if err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() { _ = c.Close() })
	_, _, err = c.ReadResponse(220)
	for _, step := range []struct {
		command string
		code    int
	}{{"EHLO e.test", 250}, {"MAIL FROM:<x@e.test>", 250}, {"RCPT TO:<bob@here.test>", 250}, {"DATA", 354}} {
		if err == nil {
			err = c.PrintfLine("%s", step.command)
		}
		if err == nil {
			_, _, err = c.ReadResponse(step.code)
		}
	}
	if _, failed := c.W.WriteString(data); err != nil || failed != nil || c.W.Flush() != nil {
		o.Fatal(err, failed)
	}
	return c
}

// TestLongLines: they are against the standard and common; where they end is said
// for good, so that nobody tries again for days.
func TestLongLines(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office) { o.most = 1 << 20 })
	if _, err := o.send(mail+strings.Repeat("x", 100_000)+"\r\n", "ana@here.test"); err != nil {
		t.Errorf("a long line: %v", err)
	}
	if _, err := o.send(mail+strings.Repeat("x", 200_000)+"\r\n", "ana@here.test"); err == nil || said(err) != "554 5.6.0" {
		t.Errorf("too long a line: %v", err)
	}
}

// TestSlowSenders: they keep nobody else waiting, and those of large mails do not
// take for ever.
func TestSlowSenders(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office) { o.most = 1 << 20 })
	for range 20 {
		o.begin("From: x@e.test\r\n")
	}
	began := time.Now()
	if _, err := o.send(mail, "ana@here.test"); err != nil || time.Since(began) > 3*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	large := strings.Repeat(strings.Repeat("x", 76)+"\r\n", 5000)
	if _, err := o.send(mail+large, "ana@here.test"); err != nil {
		t.Errorf("a large mail: %v", err)
	}
	if said, err := o.begin(mail + large).ReadLine(); err == nil {
		t.Errorf("a large mail that stops is answered %q", said)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	o := newOffice(t, func(o *office) { o.holding = make(chan struct{}) })
	sent := make(chan error, 1)
	go func() {
		_, err := o.send(mail, "bob@here.test")
		sent <- err
	}()
	<-o.holding
	stopped := make(chan struct{})
	go func() { o.Stop(context.Background()); close(stopped) }()
	<-o.Ended() // it listens no more
	select {
	case <-stopped:
		t.Error("it did not wait")
	default:
	}
	o.holding <- struct{}{}
	<-stopped
	o.mu.Lock()
	defer o.mu.Unlock()
	if <-sent; len(o.stored) != 1 {
		t.Errorf("stored %v", o.stored)
	}
}
