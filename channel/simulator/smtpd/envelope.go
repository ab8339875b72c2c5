package smtpd

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// from plays MAIL FROM.
func (c *session) from(rest string) error {
	f := c.s.o.Handler.Features()
	switch {
	case c.helo == "":
		return c.fault(503, "5.5.1", "Say EHLO first")
	case c.mail:
		return c.fault(503, "5.5.1", "There is a sender already")
	case f.RequireAuth && c.user == "":
		return c.fault(530, "5.7.0", "Authentication required")
	}
	address, params, ok := path(rest, "FROM:")
	if !ok || address != "" && !strings.Contains(address, "@") {
		return c.fault(501, "5.1.7", "Bad sender address")
	}
	for _, param := range params {
		name, value, _ := strings.Cut(param, "=")
		switch strings.ToUpper(name) {
		case "SIZE":
			if n, err := strconv.Atoi(value); err == nil && n > c.s.o.MaxSize {
				return c.fault(552, "5.3.4", "Message too big")
			}
		case "BODY", "SMTPUTF8", "AUTH":
		default:
			return c.fault(555, "5.5.4", "Parameter not known: "+name)
		}
	}
	c.mail = true
	c.e = Envelope{Client: c.helo, User: c.user, From: address, TLS: c.secure}
	return c.line(250, "2.1.0", "Sender OK")
}

// to plays RCPT TO.
func (c *session) to(rest string) error {
	if !c.mail {
		return c.fault(503, "5.5.1", "MAIL first")
	}
	address, params, ok := path(rest, "TO:")
	if !ok || !strings.Contains(strings.Trim(address, "@"), "@") {
		return c.fault(501, "5.1.3", "Bad recipient address")
	}
	if len(params) > 0 {
		return c.fault(555, "5.5.4", "Parameter not known: "+params[0])
	}
	if len(c.e.To) >= maxRecipients {
		return c.fault(452, "4.5.3", "Too many recipients")
	}
	if r := c.s.o.Handler.Recipient(c.s.ctx, &c.e, address); r != nil {
		return c.say(r)
	}
	if !slices.Contains(c.e.To, address) {
		c.e.To = append(c.e.To, address)
	}
	return c.line(250, "2.1.5", "Recipient OK")
}

// path reads FROM:<address> or TO:<address> and what follows.
func path(in, prefix string) (address string, params []string, ok bool) {
	if len(in) < len(prefix) || !strings.EqualFold(in[:len(prefix)], prefix) {
		return "", nil, false
	}
	in = strings.TrimSpace(in[len(prefix):])
	in, ok = strings.CutPrefix(in, "<")
	if !ok {
		return "", nil, false
	}
	end := strings.LastIndex(in, ">")
	if end < 0 {
		return "", nil, false
	}
	address = in[:end]
	if strings.HasPrefix(address, "@") { // an old source route
		_, address, _ = strings.Cut(address, ":")
	}
	if strings.ContainsAny(address, "<> \r\n\t") {
		return "", nil, false
	}
	return address, strings.Fields(in[end+1:]), true
}

// data plays DATA.
func (c *session) data(rest string) error {
	switch {
	case rest != "":
		return c.fault(501, "5.5.4", "DATA takes no parameter")
	case !c.mail:
		return c.fault(503, "5.5.1", "MAIL first")
	case len(c.e.To) == 0:
		return c.fault(554, "5.5.1", "No valid recipients")
	}
	if err := c.line(354, "", "End data with <CR><LF>.<CR><LF>"); err != nil {
		return err
	}
	if err := c.out.Flush(); err != nil {
		return err
	}
	raw, err := c.body()
	e := c.e
	c.reset()
	if errors.Is(err, errTooBig) {
		return c.fault(552, "5.3.4", "Message too big")
	}
	if err != nil {
		return err
	}
	if r := c.s.o.Handler.Message(c.s.ctx, &e, raw); r != nil {
		return c.say(r)
	}
	return c.line(250, "2.0.0", "Queued")
}

var errTooBig = errors.New("the message is too big")

// body reads a message up to its dot. The rest of one that is too big is read
// all the same, so that the connection can go on.
func (c *session) body() ([]byte, error) {
	raw, begins := []byte{}, true
	for {
		_ = c.conn.SetReadDeadline(time.Now().Add(c.s.o.Idle))
		piece, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("read the message: %w", err)
		}
		if begins {
			if string(piece) == ".\r\n" {
				break
			}
			piece = bytes.TrimPrefix(piece, []byte("."))
		}
		// Only CRLF ends a line: a dot after anything else must not end a message
		// that other servers would read on.
		begins = err == nil && bytes.HasSuffix(piece, []byte("\r\n"))
		if len(raw) <= c.s.o.MaxSize {
			raw = append(raw, piece...)
		}
	}
	if len(raw) > c.s.o.MaxSize {
		return nil, errTooBig
	}
	return raw, nil
}
