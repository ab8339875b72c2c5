package mime

import (
	"bufio"
	"bytes"
	"io"
	"net/mail"
	"net/textproto"
	"strings"
)

// Report is what a mail server tells of a mail of ours.
type Report struct {
	// Complaint is the feedback's kind ("abuse"); "" for a delivery report.
	Complaint string
	Action    string // failed, delayed, delivered, relayed, expanded
	Status    string // enhanced status code, for example "5.1.1"
	Recipient string // normalised; "" not told
	Reason    string // the server's words
}

// deliveryReports reads a message/delivery-status part: a group of fields about
// the mail, and one for each recipient.
func deliveryReports(body []byte) (out []Report) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(body)))
	for range maxParts {
		h, err := r.ReadMIMEHeader()
		if action := strings.ToLower(strings.TrimSpace(h.Get("Action"))); action != "" {
			status, _, _ := strings.Cut(strings.TrimSpace(h.Get("Status")), " ")
			out = append(out, Report{
				Action: action, Status: cutRunes(oneLine(status), 20), Reason: cutRunes(oneLine(afterType(h.Get("Diagnostic-Code"))), maxReason),
				Recipient: recipient(h.Get("Original-Recipient"), h.Get("Final-Recipient")),
			})
		}
		if err != nil {
			break
		}
	}
	return out
}

const maxReason = 300

// complaint reads a message/feedback-report part (RFC 5965).
func complaint(body []byte) (Report, bool) {
	h, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(body))).ReadMIMEHeader()
	kind := strings.ToLower(oneLine(h.Get("Feedback-Type")))
	if kind == "" || err != nil && err != io.EOF {
		return Report{}, false
	}
	return Report{Complaint: cutRunes(kind, 40), Recipient: recipient(h.Get("Original-Rcpt-To"))}, true
}

// recipient returns the first that is an address, of fields such as
// "rfc822;ana@example.org".
func recipient(fields ...string) string {
	for _, f := range fields {
		if a, ok := Normalise(strings.Trim(strings.TrimSpace(afterType(f)), "<>")); ok {
			return a
		}
	}
	return ""
}

func afterType(field string) string {
	if kind, rest, ok := strings.Cut(field, ";"); ok && !strings.ContainsAny(kind, " @") {
		return rest
	}
	return field
}

// messageIDOf returns the Message-ID of a mail or of its header alone.
func messageIDOf(raw []byte) string {
	h, _ := textproto.NewReader(bufio.NewReader(bytes.NewReader(raw))).ReadMIMEHeader()
	return strings.TrimSpace(strings.Trim(strings.TrimSpace(mail.Header(h).Get("Message-Id")), "<>"))
}
