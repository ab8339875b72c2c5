package smtpd

import (
	"encoding/base64"
	"strings"
)

// auth plays AUTH PLAIN and AUTH LOGIN, with and without an initial response.
func (c *session) auth(rest string) error {
	f := c.s.o.Handler.Features()
	switch {
	case !f.Auth:
		return c.fault(502, "5.5.1", "AUTH is not offered")
	case c.helo == "":
		return c.fault(503, "5.5.1", "Say EHLO first")
	case c.user != "" || c.mail:
		return c.fault(503, "5.5.1", "Not now")
	}
	mechanism, initial, given := strings.Cut(rest, " ")
	var user, password string
	var ok bool
	var err error
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		user, password, ok, err = c.plain(initial, given)
	case "LOGIN":
		user, password, ok, err = c.login(initial, given)
	default:
		return c.fault(504, "5.5.4", "Mechanism not known")
	}
	if err != nil {
		return err
	}
	if !ok {
		return c.fault(501, "5.5.2", "Cannot decode the response")
	}
	if r := c.s.o.Handler.Authenticate(user, password); r != nil {
		c.faults++
		return c.say(r)
	}
	c.user = user
	return c.line(235, "2.7.0", "Authentication succeeded")
}

func (c *session) plain(initial string, given bool) (user, password string, ok bool, err error) {
	raw, ok, err := c.respond("", initial, given)
	if err != nil || !ok {
		return "", "", false, err
	}
	part := strings.Split(raw, "\x00")
	if len(part) != 3 {
		return "", "", false, nil
	}
	return part[1], part[2], true, nil
}

func (c *session) login(initial string, given bool) (user, password string, ok bool, err error) {
	user, ok, err = c.respond("Username:", initial, given)
	if err != nil || !ok {
		return "", "", false, err
	}
	password, ok, err = c.respond("Password:", "", false)
	return user, password, ok, err
}

// respond asks for a response unless it was given with the command.
func (c *session) respond(question, initial string, given bool) (text string, ok bool, err error) {
	if !given {
		if err := c.line(334, "", base64.StdEncoding.EncodeToString([]byte(question))); err != nil {
			return "", false, err
		}
		if initial, err = c.read(); err != nil {
			return "", false, err
		}
	}
	if initial == "=" {
		return "", true, nil
	}
	raw, err := base64.StdEncoding.DecodeString(initial)
	return string(raw), err == nil, nil
}
