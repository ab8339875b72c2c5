package messagebird

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"heliograph/channel/simulator"
)

// draft is what a caller asked to send, found valid.
type draft struct {
	Originator  string         `json:"originator"`
	Recipients  recipients     `json:"recipients"`
	Body        string         `json:"body"`
	Type        string         `json:"type"`
	Reference   string         `json:"reference"`
	ReportURL   string         `json:"reportUrl"`
	Validity    *int           `json:"validity"`
	Gateway     *int           `json:"gateway"`
	Datacoding  string         `json:"datacoding"`
	MClass      *int           `json:"mclass"`
	TypeDetails map[string]any `json:"typeDetails"`
	Scheduled   string         `json:"scheduledDatetime"`
	Subject     string         `json:"subject"`
	MediaURLs   list           `json:"mediaUrls"`
	GroupIDs    list           `json:"groupIds"`

	mms  bool
	wait time.Duration // until the scheduled moment
}

// recipients takes an array of strings or numbers, or a list with commas.
type recipients []string

func (r *recipients) UnmarshalJSON(raw []byte) error {
	var many []json.RawMessage
	if json.Unmarshal(raw, &many) != nil {
		many = []json.RawMessage{raw}
	}
	for _, one := range many {
		for part := range strings.SplitSeq(strings.Trim(string(one), `"`), ",") {
			*r = append(*r, strings.TrimSpace(part))
		}
	}
	return nil
}

// list takes an array of strings, or one alone.
type list []string

func (l *list) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, (*[]string)(l)) == nil {
		return nil
	}
	var one string
	if err := json.Unmarshal(raw, &one); err != nil {
		return err
	}
	*l = list{one}
	return nil
}

const maxBody = 1 << 20

// readDraft reads a body of JSON or of a form.
func readDraft(w http.ResponseWriter, r *http.Request) (*draft, *refusal) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, badRequest("the body cannot be read")
	}
	d := &draft{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			return nil, badRequest("the body is not a form")
		}
		return d, d.readForm(form)
	}
	if err := json.Unmarshal(raw, d); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, invalid(wrong.Field, "is invalid")
		}
		return nil, badRequest("the body is not JSON")
	}
	return d, nil
}

func (d *draft) readForm(form url.Values) *refusal {
	get := func(names ...string) (out []string) {
		for _, n := range names {
			out = append(out, form[n]...)
		}
		return out
	}
	d.Originator, d.Body, d.Type = form.Get("originator"), form.Get("body"), form.Get("type")
	d.Reference, d.ReportURL, d.Datacoding = form.Get("reference"), form.Get("reportUrl"), form.Get("datacoding")
	d.Scheduled, d.Subject = form.Get("scheduledDatetime"), form.Get("subject")
	d.MediaURLs = get("mediaUrls", "mediaUrls[]")
	for _, one := range get("recipients", "recipients[]") {
		for part := range strings.SplitSeq(one, ",") {
			d.Recipients = append(d.Recipients, strings.TrimSpace(part))
		}
	}
	for field, into := range map[string]**int{"validity": &d.Validity, "gateway": &d.Gateway, "mclass": &d.MClass} {
		if v := form.Get(field); v != "" {
			n, err := strconv.Atoi(v)
			if err != nil {
				return invalid(field, "is invalid")
			}
			*into = &n
		}
	}
	return nil
}

// check finds fault in the order in which the provider does.
func (d *draft) check(now time.Time, split func(string) (string, int)) *refusal {
	switch {
	case d.Originator == "":
		return missing("originator")
	case !isOriginator(d.Originator):
		return invalid("originator", "is invalid")
	case len(d.Recipients) == 0 && len(d.GroupIDs) == 0:
		return byCode(9)
	case len(d.Recipients) > 50:
		return invalid("recipients", "may hold 50 numbers at most")
	}
	for _, one := range d.Recipients {
		if !isNumber(one, 7, 15) {
			return byCode(9)
		}
	}
	if e := d.checkChoices(); e != nil {
		return e
	}
	if e := d.checkContent(split); e != nil {
		return e
	}
	if d.ReportURL != "" && !simulator.IsWebhook(d.ReportURL) {
		return invalid("reportUrl", "is not a valid URL")
	}
	if d.Scheduled != "" {
		at, err := time.Parse(time.RFC3339, d.Scheduled)
		if err != nil || at.Before(now) {
			return invalid("scheduledDatetime", "is invalid")
		}
		d.wait = at.Sub(now)
	}
	return nil
}

func (d *draft) checkChoices() *refusal {
	for _, one := range []struct {
		field   string
		value   *string
		allowed []string
	}{
		{"type", &d.Type, []string{"sms", "binary", "flash"}},
		{"datacoding", &d.Datacoding, []string{"plain", "unicode", "auto"}},
	} {
		if *one.value == "" {
			*one.value = one.allowed[0]
		}
		if !slices.Contains(one.allowed, *one.value) {
			return invalid(one.field, "must be one of "+strings.Join(one.allowed, ", "))
		}
	}
	if d.MClass != nil && (*d.MClass < 0 || *d.MClass > 3) {
		return invalid("mclass", "is invalid")
	}
	if d.Validity != nil && *d.Validity < 1 {
		return invalid("validity", "is invalid")
	}
	if len(d.Reference) > 255 {
		return invalid("reference", "is too long")
	}
	return nil
}

func (d *draft) checkContent(split func(string) (string, int)) *refusal {
	if d.mms {
		return d.checkMMS()
	}
	if d.Body == "" {
		return missing("body")
	}
	most := 1377 // nine parts of 153
	if encoding, _ := split(d.Body); encoding != gsm && d.Datacoding != "plain" {
		most = 603 // nine parts of 67
	}
	if utf8.RuneCountInString(d.Body) > most {
		return invalid("body", "is too long")
	}
	return nil
}

func (d *draft) checkMMS() *refusal {
	if d.Body == "" && len(d.MediaURLs) == 0 {
		return missing("body")
	}
	if len(d.MediaURLs) > 10 {
		return invalid("mediaUrls", "may hold 10 at most")
	}
	for _, target := range d.MediaURLs {
		if !simulator.IsWebhook(target) {
			return invalid("mediaUrls", "is not a valid URL")
		}
	}
	return nil
}

// gsm is the network's word for the encoding that takes the fewest parts.
const gsm = "GSM-7"

// carried is what of the body reaches a phone: a plain message keeps only the
// characters of the GSM alphabet.
func (d *draft) carried(split func(string) (string, int)) string {
	if d.Datacoding != "plain" || d.mms {
		return d.Body
	}
	if encoding, _ := split(d.Body); encoding == gsm {
		return d.Body
	}
	var out strings.Builder
	for _, r := range d.Body {
		if encoding, _ := split(string(r)); encoding != gsm {
			r = '?'
		}
		out.WriteRune(r)
	}
	return out.String()
}

func isNumber(s string, least, most int) bool {
	return len(s) >= least && len(s) <= most && s[0] != '0' && strings.Trim(s, "0123456789") == ""
}

// isOriginator says whether s is a number, a short code or a name.
func isOriginator(s string) bool {
	if number := strings.TrimPrefix(s, "+"); strings.Trim(number, "0123456789") == "" {
		return len(number) >= 3 && len(number) <= 17
	}
	if len(s) > 11 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != ' '
	})
}

func digits(number string) string { return strings.TrimPrefix(number, "+") }
