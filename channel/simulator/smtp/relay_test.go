package smtp_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	netsmtp "net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator/smtp"
	"heliograph/channel/simulator/smtpd"
)

func TestMailArrives(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	if err := b.send("b+1@bounce.acme.test", person, plain(person)); err != nil {
		t.Fatal(err)
	}
	m := b.mail(person, 1)
	if m["subject"] != "Grüße" || m["envelopeFrom"] != "b+1@bounce.acme.test" || m["messageId"] != "<d.1@acme.test>" || m["via"] != "smtp" {
		t.Errorf("%v", m)
	}
	raw := b.must("GET", b.path(person, m)+"/raw", "").raw
	if raw != plain(person) {
		t.Errorf("the mail changed on the way: %q", raw)
	}
	if got := b.counts(person); got != "1/1" {
		t.Errorf("counted %s", got)
	}
}

// code is the reply code of a refusal; 0: taken, -1: no reply.
func code(err error) int {
	if err == nil {
		return 0
	}
	if refused, ok := errors.AsType[*textproto.Error](err); ok {
		return refused.Code
	}
	return -1
}

// try hands a mail over on a connection of its own and gives up soon.
func (b *bed) try(to string, patience time.Duration) int {
	conn, err := net.Dial("tcp", b.relay)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	c, err := netsmtp.NewClient(conn, "localhost")
	if err != nil {
		return code(err)
	}
	for _, step := range []func() error{
		func() error { return c.Mail("news@acme.test") },
		func() error { return c.Rcpt(to) },
		func() error {
			w, err := c.Data()
			if err != nil {
				return err
			}
			_, _ = w.Write([]byte(plain(to)))
			return w.Close()
		},
	} {
		if err := step(); err != nil {
			return code(err)
		}
	}
	_ = c.Quit()
	return 0
}

func TestMagicRecipients(t *testing.T) {
	t.Parallel()
	type fate struct {
		code  int
		taken bool
	}
	want := map[string]fate{
		"0001": {0, true}, "0010": {550, false}, "0011": {553, false}, "0012": {554, false}, "0013": {451, false},
		"0014": {535, false}, "0015": {452, false}, "0016": {421, false}, "0020": {554, false}, "0021": {552, false},
		"0022": {451, false}, "0303": {0, true}, "0305": {0, true}, "0307": {0, true}, "0309": {0, true},
		"0429": {450, false}, "0500": {451, true}, "0501": {451, false}, "0503": {421, false}, "0504": {-1, false},
		"0505": {-1, true}, "0506": {-1, true}, "0507": {-1, true}, "0508": {-1, false}, "0604": {0, true}, "0608": {0, true},
	}
	for _, r := range smtp.Recipients() {
		t.Run(r.Suffix, func(t *testing.T) {
			t.Parallel()
			w, known := want[r.Suffix]
			if !known {
				t.Fatal("no expectation")
			}
			b := start(t, smtp.Options{})
			patience := 5 * time.Second
			if strings.Contains(r.Outcome, "never answered") {
				patience = 300 * time.Millisecond
			}
			to := "ann" + r.Suffix + "@people.test"
			if got := b.try(to, patience); got != w.code {
				t.Errorf("replied %d, want %d", got, w.code)
			}
			if got, want := b.counts(to), map[bool]string{true: "1/1", false: "1/0"}[w.taken]; got != want {
				t.Errorf("counted %s, want %s", got, want)
			}
		})
	}
}

func TestGreylistedTwiceThenTaken(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	got := []int{}
	for range 3 {
		got = append(got, b.try("ann0429@people.test", time.Second))
	}
	if !slices.Equal(got, []int{450, 450, 0}) {
		t.Error(got)
	}
}

func TestRulesStrike(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.must("POST", "/sim/rules", `[{"match":{"provider":"smtp","to":"*@people.test"},"action":"data-error","count":1},{"match":{"provider":"smtp"},"action":"error","count":1,"params":{"code":452}}]`)
	if got := []int{b.try(person, time.Second), b.try(person, time.Second), b.try(person, time.Second)}; !slices.Equal(got, []int{554, 452, 0}) {
		t.Error(got)
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{Accounts: []smtp.Account{{User: "acme", Password: "secret"}}})
	b.must("POST", "/sim/smtp/settings", `{"auth":"required"}`)
	host := "127.0.0.1"
	send := func(auth netsmtp.Auth) int {
		return code(netsmtp.SendMail(b.relay, auth, "news@acme.test", []string{person}, []byte(plain(person))))
	}
	if got := send(nil); got != 530 {
		t.Errorf("without credentials: %d", got)
	}
	if got := send(netsmtp.PlainAuth("", "acme", "wrong", host)); got != 535 {
		t.Errorf("with a wrong password: %d", got)
	}
	if got := send(netsmtp.PlainAuth("", "acme", "secret", host)); got != 0 {
		t.Errorf("with the right password: %d", got)
	}
	b.must("POST", "/sim/smtp/settings", `{"refuseAuth":true}`)
	if got := send(netsmtp.PlainAuth("", "acme", "secret", host)); got != 535 {
		t.Errorf("with a revoked password: %d", got)
	}
	b.must("POST", "/sim/smtp/settings", `{"busy":true}`)
	if got := send(nil); got != 421 {
		t.Errorf("while busy: %d", got)
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	lines := b.talk("EHLO me", "AUTH LOGIN", "YWNtZQ==", "c2VjcmV0", "NOOP")
	if !strings.HasPrefix(lines[2], "334 UGFzc3dvcmQ6") || !strings.HasPrefix(lines[3], "235") || !strings.HasPrefix(lines[4], "250") {
		t.Errorf("%q", lines)
	}
}

// talk says commands one after the other and returns the last line of each answer.
func (b *bed) talk(commands ...string) []string {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.relay)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	in, out := bufio.NewReader(conn), []string{}
	read := func() string {
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return "gone"
			}
			if len(line) > 3 && line[3] != '-' {
				return strings.TrimSpace(line)
			}
		}
	}
	read()
	for _, c := range commands {
		_, _ = conn.Write([]byte(c + "\r\n"))
		out = append(out, read())
	}
	return out
}

func TestCommandsOutOfOrder(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	got := b.talk("MAIL FROM:<a@b.test>", "EHLO me", "RCPT TO:<a@b.test>", "DATA", "MAIL FROM:a@b.test", "MAIL FROM:<a@b.test> SIZE=99999999",
		"MAIL FROM:<a@b.test> BODY=8BITMIME", "DATA", "RCPT TO:<nobody>", "RCPT TO:<c@d.test>", "DATA", "Subject: x\r\n\r\nwords\n.\nmore\r\n.", "WHAT", "STARTTLS", "QUIT", "NOOP")
	want := []string{"503", "250", "503", "503", "501", "552", "250", "554", "501", "250", "354", "250", "502", "502", "221", "gone"}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("%d: %q, want %s", i, got[i], want[i])
		}
	}
	// A dot that does not stand between CRLFs ends nothing.
	if raw := b.must("GET", b.path("c@d.test", b.mail("c@d.test", 1))+"/raw", "").raw; !strings.Contains(raw, "words\n.\nmore") {
		t.Errorf("%q", raw)
	}
}

func TestStartTLS(t *testing.T) {
	t.Parallel()
	config, trust, err := smtpd.SelfSigned(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, smtp.Options{TLS: config, Trust: trust, Settings: &smtp.Settings{Auth: "required", StartTLS: true}})
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(b.must("GET", "/sim/mail/certificate", "").raw)) {
		t.Fatal("no certificate")
	}
	c, err := netsmtp.Dial(b.relay)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.StartTLS(&tls.Config{RootCAs: pool, ServerName: "localhost"}); err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(netsmtp.PlainAuth("", "a", "b", "127.0.0.1")); err != nil {
		t.Fatal(err)
	}
	if err := c.Mail("news@acme.test"); err != nil {
		t.Error(err)
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		t.Error("STARTTLS is offered under TLS")
	}
}
