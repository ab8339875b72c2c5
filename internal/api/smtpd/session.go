package smtpd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"heliograph"
	"heliograph/channel"
)

// maxEvidence is how much of a mail is kept as evidence.
const maxEvidence = 1 << 20

// session is one connection: one mail after another.
type session struct {
	server *Server
	conn   *smtp.Conn
	from   string
	boxes  []letterbox
}

// letterbox is an integration with those recipients of the mail that are its own.
type letterbox struct {
	Box
	to []string
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.boxes = "", nil }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.Reset()
	s.from = from
	return nil
}

// Rcpt implements smtp.Session. An address that no integration takes is refused
// here, so that the sender learns of it and we relay nothing.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), findTime)
	defer cancel()
	found, err := s.server.Directory.Boxes(ctx, to)
	switch {
	case err != nil:
		s.server.Log.Error("a mail's recipient could not be looked up", "error", err)
		return again(451, "the recipient cannot be looked up now")
	case len(found) == 0:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox here"}
	}
	for _, b := range found {
		s.add(b, to)
	}
	return nil
}

func (s *session) add(b Box, to string) {
	for i := range s.boxes {
		if s.boxes[i].Integration.ID == b.Integration.ID {
			s.boxes[i].to = append(s.boxes[i].to, to)
			return
		}
	}
	s.boxes = append(s.boxes, letterbox{b, []string{to}})
}

// Data implements smtp.Session. A mail has its turn from where it is no longer
// small: who sends slowly must not keep the turns from others. Each integration keeps its own; when one cannot,
// the whole mail comes again, and those that have it know it.
func (s *session) Data(r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(io.LimitReader(r, smallMail)); err != nil {
		return s.endedEarly(err)
	}
	release, err := s.server.turn()
	if err != nil {
		return err
	}
	defer release()
	if b.Len() == smallMail {
		late := time.AfterFunc(s.server.LargeTime, func() { _ = s.conn.Conn().Close() })
		_, err = b.ReadFrom(r)
		if late.Stop(); err != nil {
			return s.endedEarly(err)
		}
	}
	for _, box := range s.boxes {
		if err := s.deliver(box, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) endedEarly(err error) error {
	if _, known := errors.AsType[*smtp.SMTPError](err); known {
		return err
	}
	if errors.Is(err, smtp.ErrTooLongLine) {
		s.hearOut()
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "a line is too long"}
	}
	return again(451, "the mail ended early")
}

// hearOutTime is how long a sender is heard out whose mail is refused in the middle.
const hearOutTime = 5 * time.Second

// hearOut reads what is left of a mail that is refused: a connection that is
// closed on a sender who still writes takes the refusal away with it.
func (s *session) hearOut() {
	conn := s.conn.Conn()
	_ = conn.SetReadDeadline(time.Now().Add(hearOutTime))
	end := []byte("\r\n.\r\n")
	last, chunk := []byte{}, make([]byte, 32<<10)
	for left := s.server.smtp.MaxMessageBytes; left > 0; {
		n, err := conn.Read(chunk)
		left -= int64(n)
		last = append(last[max(0, len(last)-len(end)):], chunk[:n]...)
		if err != nil || bytes.HasSuffix(last, end) {
			return
		}
	}
}

func (s *session) deliver(box letterbox, data []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), storeTime)
	defer cancel()
	facts, err := box.Mailbox.ReceiveMail(&channel.Mail{From: s.from, To: box.to, Data: data})
	if err == nil {
		err = s.server.Inbox.Apply(ctx, box.Integration, s.evidence(box.to, data), facts)
	}
	switch {
	case err == nil:
		return nil
	case heliograph.IsKind(err, heliograph.Invalid):
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "this is no mail"}
	}
	s.server.Log.Error("a mail could not be stored; its server sends it again",
		slog.String("integration", box.Integration.ID.String()), slog.String("error", err.Error()))
	return again(451, "it could not be stored; send it again")
}

// evidence is what is kept of a mail: its envelope, and as much of it as
// maxEvidence allows.
func (s *session) evidence(to []string, data []byte) []byte {
	data = data[:min(len(data), maxEvidence)]
	return append([]byte("MAIL <"+s.from+"> <"+strings.Join(to, "> <")+">\n"), data...)
}

// turn waits until a mail may be read into memory.
func (s *Server) turn() (release func(), err error) {
	patience := time.NewTimer(turnTime)
	defer patience.Stop()
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-patience.C:
		return nil, again(451, "too busy; send it again")
	}
}

func again(code int, message string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: message}
}
