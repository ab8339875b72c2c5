package smtp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/textproto"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// transact hands one mail over, and says how that ended and whether the
// connection can be used again. Up to the dot that ends the mail nothing can have
// been taken; after it, only the server's answer says whether it was.
func (c *conn) transact(from, to string, raw []byte) (r channel.Result, usable bool) {
	c.mails++
	if err := c.Mail("<" + from + ">"); err != nil {
		return verdict(err, refusedSender), inSession(err)
	}
	if err := c.Rcpt("<" + to + ">"); err != nil {
		return verdict(err, refusedRecipient), inSession(err)
	}
	w, err := c.Data()
	if err != nil {
		return verdict(err, refusedContent), inSession(err)
	}
	if _, err := w.Write(raw); err != nil {
		return retry("the connection broke before the mail was whole"), false
	}
	if err := w.Close(); err != nil {
		if _, answered := errors.AsType[*textproto.Error](err); !answered {
			return channel.Result{
				Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome,
				Message: "the connection broke after the mail was sent; it may have been taken",
			}, false
		}
		return verdict(err, refusedContent), inSession(err)
	}
	return channel.Accepted(250), true
}

// inSession reports whether the server goes on after a refusal.
func inSession(err error) bool {
	e, ok := errors.AsType[*textproto.Error](err)
	return ok && e.Code != 421
}

// answer is a server's refusal, in its parts.
type answer struct {
	code     int
	enhanced string // "5.1.1"; "" when the server has none
	text     string
}

func read(e *textproto.Error) answer {
	a := answer{code: e.Code, text: e.Msg}
	if word, _, _ := strings.Cut(e.Msg, " "); isEnhanced(word, e.Code) {
		a.enhanced = word
	}
	return a
}

func isEnhanced(s string, code int) bool {
	part := strings.Split(s, ".")
	if len(part) != 3 || part[0] != strconv.Itoa(code/100) {
		return false
	}
	for _, p := range part {
		if n, err := strconv.Atoi(p); err != nil || n < 0 || n > 999 {
			return false
		}
	}
	return true
}

// verdict is the end of an attempt that did not get as far as the dot, or was
// answered after it. What a 5xx means depends on what was refused.
func verdict(err error, final func(answer) channel.Result) channel.Result {
	e, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return retry("the connection broke before the mail was sent")
	}
	a := read(e)
	var r channel.Result
	switch {
	case a.code >= 500:
		r = final(a)
	case a.code >= 400:
		r = retry(a.text)
		// A mailbox that is full or greylisted says nothing about the others.
		r.OnlyThis = strings.HasPrefix(a.enhanced, "4.2.")
	default:
		r = channel.Result{Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome, Message: "the mail server's answer makes no sense"}
	}
	if r.ProviderCode == "" {
		r.ProviderCode = a.enhanced
	}
	if r.ProviderCode == "" {
		r.ProviderCode = strconv.Itoa(a.code)
	}
	return r
}

// refusedSender: every mail of the integration would fail alike.
func refusedSender(a answer) channel.Result {
	if a.code == 552 || strings.HasSuffix(a.enhanced, ".3.4") {
		return channel.Final(heliograph.ReasonContentTooLong, a.text)
	}
	return pause("the mail server refuses the sender: " + a.text)
}

func refusedRecipient(a answer) channel.Result {
	if a.code == 530 || a.code == 535 {
		return pause("the mail server wants a log-in: " + a.text)
	}
	return mime.Refusal(a.code, a.enhanced, a.text)
}

func refusedContent(a answer) channel.Result {
	r := channel.Final(heliograph.ReasonBadRequest, a.text)
	switch {
	case a.code == 552 || strings.HasSuffix(a.enhanced, ".3.4"):
		r.Reason = heliograph.ReasonContentTooLong
	case strings.Contains(a.enhanced, ".7."):
		r.Reason = heliograph.ReasonBlocked
	}
	return r
}

// greeting is the end of an attempt that got no further than hello.
func greeting(err error) *failure {
	return &failure{verdict(err, func(a answer) channel.Result { return pause("the mail server turns us away: " + a.text) }), "host"}
}

func refusedLogin(err error) *failure {
	return &failure{verdict(err, func(a answer) channel.Result { return pause("the mail server refuses the log-in: " + a.text) }), "password"}
}

// untrusted is the end of an attempt to encrypt the connection.
func untrusted(err error) *failure {
	_, name := errors.AsType[x509.HostnameError](err)
	_, issuer := errors.AsType[x509.UnknownAuthorityError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, plain := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case name || issuer || invalid:
		return &failure{pause("the mail server's certificate cannot be trusted"), "host"}
	case plain:
		return &failure{pause("the mail server does not speak TLS on this port"), "security"}
	}
	return greeting(err)
}

func retry(message string) channel.Result {
	return channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTimeout, Message: message}
}

func pause(message string) channel.Result {
	return channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: message}
}

// offers reports whether a list of mechanisms has a name.
func offers(list, name string) bool {
	for m := range strings.FieldsSeq(list) {
		if strings.EqualFold(m, name) {
			return true
		}
	}
	return false
}
