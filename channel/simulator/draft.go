package simulator

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// draft is what a caller asked to send, read from the form and found valid.
type draft struct {
	to, from, service string
	body              string
	media             []Media
	callback          string
	sendAt            time.Time
}

// readDraft reads the form in the order in which the provider finds fault.
func readDraft(form url.Values, now time.Time) (draft, *refusal) {
	d := draft{
		to: form.Get("To"), from: form.Get("From"), service: form.Get("MessagingServiceSid"),
		body: form.Get("Body"), callback: form.Get("StatusCallback"),
	}
	if d.to == "" {
		return d, refuse(21604, "A 'To' phone number is required.")
	}
	to, ok := phoneNumber(d.to)
	if !ok {
		return d, refuse(21211, codeText(21211, d.to))
	}
	d.to = to
	if e := d.readSender(); e != nil {
		return d, e
	}
	if e := d.readContent(form); e != nil {
		return d, e
	}
	if d.callback != "" && !validWebhook(d.callback) {
		return d, refuse(21609, "The 'StatusCallback' URL "+d.callback+" is not a valid URL.")
	}
	return d, d.readTimes(form, now)
}

func (d *draft) readSender() *refusal {
	if d.from == "" && d.service == "" {
		return refuse(21603, "A 'From' phone number is required.")
	}
	if d.service != "" && !isSID("MG", d.service) {
		return refuse(21705, "The Messaging Service is invalid.")
	}
	if d.from == "" {
		return nil
	}
	if number, ok := phoneNumber(d.from); ok {
		d.from = number
	} else if !isSender(d.from) && !isName(d.from) {
		return refuse(21212, "Invalid From Number (caller ID): "+d.from)
	}
	if d.from == d.to {
		return refuse(21266, "'To' and 'From' number cannot be the same")
	}
	return nil
}

func (d *draft) readContent(form url.Values) *refusal {
	for _, target := range form["MediaUrl"] {
		if !validWebhook(target) {
			return refuse(21620, "Invalid media URL(s)")
		}
		d.media = append(d.media, Media{URL: target})
	}
	if len(d.media) > 10 {
		return refuse(21623, "Number of media files exceeds allowed limit")
	}
	content := form.Get("ContentSid")
	if content != "" && !isSID("HX", content) {
		return refuse(21655, "The ContentSid is Invalid")
	}
	if vars := form.Get("ContentVariables"); vars != "" {
		var values map[string]string
		if json.Unmarshal([]byte(vars), &values) != nil {
			return refuse(21656, "The ContentVariables Parameter is invalid")
		}
	}
	if content != "" && d.body == "" {
		d.body = "[" + content + "] " + form.Get("ContentVariables")
	}
	if strings.TrimSpace(d.body) == "" && len(d.media) == 0 {
		return refuse(21602, "Message body is required.")
	}
	if form.Get("SmartEncoded") == "true" {
		d.body = smartEncode(d.body)
	}
	if utf8.RuneCountInString(d.body) > 1600 {
		return refuse(21617, codeText(21617, ""))
	}
	return nil
}

func (d *draft) readTimes(form url.Values, now time.Time) *refusal {
	if v := form.Get("ValidityPeriod"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > 36000 {
			return refuse(21624, "ValidityPeriod must be between 1 and 36000")
		}
	}
	if form.Get("ShortenUrls") == "true" && d.service == "" {
		return refuse(21701, "ShortenUrls needs a MessagingServiceSid")
	}
	kind, at := form.Get("ScheduleType"), form.Get("SendAt")
	if kind == "" && at == "" {
		return nil
	}
	if kind != "fixed" {
		return refuse(35111, "ScheduleType must be 'fixed' when SendAt is given")
	}
	if d.service == "" {
		return refuse(35118, "MessagingServiceSid is required to schedule a message")
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil || t.Before(now) {
		return refuse(35114, "SendAt must be a time to come, in ISO 8601 form")
	}
	d.sendAt = t
	return nil
}

// phoneNumber returns the E.164 form of what may be one, as the provider
// understands it: punctuation is left out and ten digits are North American.
func phoneNumber(in string) (string, bool) {
	out := in
	if strings.ContainsAny(in, " -().") {
		out = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(in)
	}
	switch {
	case strings.HasPrefix(out, "+"):
		out = out[1:]
	case len(out) == 10:
		out = "1" + out
	case len(out) != 11 || out[0] != '1':
		return "", false
	}
	if len(out) < 7 || len(out) > 15 || out[0] == '0' || !isDigits(out) {
		return "", false
	}
	return "+" + out, true
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isSender says whether s is a number or a short code.
func isSender(s string) bool {
	if number, ok := phoneNumber(s); ok && number == s {
		return true
	}
	return len(s) >= 3 && len(s) <= 8 && isDigits(s)
}

// isName says whether s is an alphanumeric sender.
func isName(s string) bool {
	if len(s) > 11 || isDigits(s) {
		return false
	}
	letter := false
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z':
			letter = true
		case r >= '0' && r <= '9', strings.ContainsRune(" +-_&", r):
		default:
			return false
		}
	}
	return letter
}

func isSID(prefix, s string) bool {
	return len(s) == 34 && strings.HasPrefix(s, prefix) && strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
}
