package mailbox

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Failure is why a mail came back.
type Failure struct {
	Code     int    // of SMTP, such as 550
	Enhanced string // such as 5.1.1
	Text     string
}

// Report is a mail that a mail server writes about another one.
type report struct {
	from, to, subject, words string
	kind                     string // of the report
	machine                  string // its second part
	machineType              string
	original                 []byte
	whole                    bool // the third part holds the whole mail
	date                     time.Time
	id                       string
	auto                     string
}

// Bounce writes the notice of RFC 3464 that a mail did not reach a recipient.
func Bounce(raw []byte, sender, recipient, host, id string, why Failure, now time.Time) []byte {
	action := "failed"
	if strings.HasPrefix(why.Enhanced, "4") {
		action = "delayed"
	}
	reply := fmt.Sprintf("%d %s %s", why.Code, why.Enhanced, why.Text)
	return (&report{
		from: "Mail Delivery System <mailer-daemon@" + host + ">", to: sender,
		subject: "Undelivered Mail Returned to Sender", kind: "delivery-status", auto: "auto-replied",
		words: "Your message could not be delivered to this recipient:\n\n  " + recipient + "\n  " + reply + "\n",
		machine: "Reporting-MTA: dns; " + host + "\r\nArrival-Date: " + now.Format(time.RFC1123Z) +
			"\r\n\r\nFinal-Recipient: rfc822; " + recipient + "\r\nOriginal-Recipient: rfc822; " + recipient +
			"\r\nAction: " + action + "\r\nStatus: " + why.Enhanced + "\r\nRemote-MTA: dns; " + host +
			"\r\nDiagnostic-Code: smtp; " + reply + "\r\n",
		machineType: "message/delivery-status", original: raw, date: now, id: id,
	}).write()
}

// Complaint writes the report of RFC 5965 that a person called a mail spam. An
// empty recipient is left out, as many who send such reports do.
func Complaint(raw []byte, sender, recipient, to, host, id string, now time.Time) []byte {
	if recipient != "" {
		recipient = "Original-Rcpt-To: <" + recipient + ">\r\n"
	}
	return (&report{
		from: "Feedback <fbl@" + host + ">", to: to, subject: "Complaint about a message", kind: "feedback-report",
		words: "This is an email abuse report for an email message received on " + now.Format(time.RFC1123Z) + ".\n",
		machine: "Feedback-Type: abuse\r\nUser-Agent: Heliograph-Simulator/1.0\r\nVersion: 1\r\nOriginal-Mail-From: <" + sender +
			">\r\n" + recipient + "Arrival-Date: " + now.Format(time.RFC1123Z) + "\r\nReporting-MTA: dns; " + host + "\r\n",
		machineType: "message/feedback-report", original: raw, whole: true, date: now, id: id,
	}).write()
}

func (r *report) write() []byte {
	w := &writer{}
	w.header("From", r.from)
	w.header("To", "<"+r.to+">")
	w.header("Subject", r.subject)
	w.header("Date", r.date.Format(time.RFC1123Z))
	w.header("Message-ID", r.id)
	if r.auto != "" {
		w.header("Auto-Submitted", r.auto)
	}
	w.header("MIME-Version", "1.0")
	mark := "report-" + strings.Trim(strings.ReplaceAll(r.id, "@", "-"), "<>")
	w.header("Content-Type", "multipart/report; report-type="+r.kind+`; boundary="`+mark+`"`)
	part := func(kind, body string) {
		w.WriteString("\r\n--" + mark + "\r\nContent-Type: " + kind + "\r\n\r\n" + body)
	}
	part("text/plain; charset=utf-8", strings.ReplaceAll(r.words, "\n", "\r\n"))
	part(r.machineType, r.machine)
	if r.whole {
		part("message/rfc822", string(r.original))
	} else {
		part("text/rfc822-headers", string(head(r.original)))
	}
	w.WriteString("\r\n--" + mark + "--\r\n")
	return w.Bytes()
}

// head returns the header of a mail.
func head(raw []byte) []byte {
	if at := bytes.Index(raw, []byte("\r\n\r\n")); at >= 0 {
		return raw[:at+2]
	}
	if at := bytes.Index(raw, []byte("\n\n")); at >= 0 {
		return raw[:at+1]
	}
	return raw
}
