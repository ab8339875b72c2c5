package messagebird_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph/channel/simulator/messagebird"
)

func TestAnswerHasTheProvidersForm(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.send("31612345678", "Hello")
	if a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	id := a.body["id"].(string)
	for _, want := range []string{`"recipient":31612345678`, `"direction":"mt"`, `"typeDetails":{}`, `"totalCount":1`,
		`"totalSentCount":1`, `"messagePartCount":1`, `+00:00"`, `"scheduledDatetime":null`} {
		if !strings.Contains(a.raw, want) {
			t.Errorf("%s is not in %s", want, a.raw)
		}
	}
	if len(id) != 32 {
		t.Errorf("id %q", id)
	}
	b.wait(2)
	if got := b.do("GET", "/messages/"+id, "", ""); !strings.Contains(got.raw, `"totalDeliveredCount":1`) {
		t.Errorf("%d %s", got.status, got.raw)
	}
	if got := b.do("GET", "/messages/none", "", ""); got.status != 404 || got.raw != `{"errors":[{"code":20,"description":"message not found","parameter":null}]}`+"\n" {
		t.Errorf("%d %s", got.status, got.raw)
	}
	if got := b.do("GET", "/balance", "", ""); got.body["payment"] != "prepaid" || got.body["amount"] != 100.0 {
		t.Errorf("%s", got.raw)
	}
}

func TestFormsAreTakenToo(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.do("POST", "/messages", "application/x-www-form-urlencoded", "originator=ACME&recipients=31612345678,31612345679&body=Hi")
	if a.status != http.StatusCreated || !strings.Contains(a.raw, `"totalCount":2`) {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if b.accepted("+31612345678") != 1 || b.accepted("+31612345679") != 1 {
		t.Error("not both were taken")
	}
	select {
	case c := <-b.calls:
		t.Errorf("a report without a reference: %v", c)
	default:
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body   string
		status int
		code   float64
	}{
		"no originator":     {`{"recipients":["31612345678"],"body":"x"}`, 422, 9},
		"long originator":   {`{"originator":"TWELVELETTER","recipients":["31612345678"],"body":"x"}`, 422, 10},
		"no recipients":     {`{"originator":"ACME","recipients":[],"body":"x"}`, 422, 9},
		"a plus":            {`{"originator":"ACME","recipients":["+31612345678"],"body":"x"}`, 422, 9},
		"no body":           {`{"originator":"ACME","recipients":["31612345678"]}`, 422, 9},
		"too long":          {`{"originator":"ACME","recipients":["31612345678"],"body":"` + strings.Repeat("a", 1378) + `"}`, 422, 10},
		"too long, unicode": {`{"originator":"ACME","recipients":["31612345678"],"datacoding":"unicode","body":"` + strings.Repeat("ж", 604) + `"}`, 422, 10},
		"datacoding":        {`{"originator":"ACME","recipients":["31612345678"],"datacoding":"utf8","body":"x"}`, 422, 10},
		"report URL":        {`{"originator":"ACME","recipients":["31612345678"],"reportUrl":"ftp://x","body":"x"}`, 422, 10},
		"not JSON":          {`{`, 400, 21},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t)
			a := b.do("POST", "/messages", "application/json", c.body)
			errors, _ := a.body["errors"].([]any)
			if a.status != c.status || len(errors) != 1 || errors[0].(map[string]any)["code"] != c.code {
				t.Errorf("%d %s", a.status, a.raw)
			}
		})
	}
}

// A text that is sent as plain loses what the alphabet lacks, as with the real one.
func TestPlainIsMangled(t *testing.T) {
	t.Parallel()
	for datacoding, want := range map[string]string{"plain": "Cr?me br?l?e, ? 5 €", "auto": "Crême brûlée, “ 5 €", "unicode": "Crême brûlée, “ 5 €"} {
		b := start(t)
		b.send("31612345678", "Crême brûlée, “ 5 €", "datacoding", datacoding)
		want := strings.ReplaceAll(want, "br?l?e", "br?lée")
		if got := b.phone("+31612345678"); got != want {
			t.Errorf("%s: %q, want %q", datacoding, got, want)
		}
	}
}

func TestReportIsASignedGet(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.codes <- 500
	id := b.send("31612345678", "Hello").body["id"].(string)
	calls := b.wait(3)
	if calls[0].method != "GET" || calls[0].raw != "" {
		t.Errorf("%+v", calls[0])
	}
	q := calls[1].query
	for name, want := range map[string]string{"c": "7", "id": id, "reference": "d-1", "recipient": "31612345678", "messagePartCount": "1", "price[currency]": "EUR"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q", name, q.Get(name))
		}
	}
	if !strings.Contains(calls[0].url, "%2B00%3A00") {
		t.Errorf("the plus of the zone is not escaped: %s", calls[0].url)
	}
	got := []string{calls[0].query.Get("status"), calls[1].query.Get("status"), calls[2].query.Get("status")}
	slices.Sort(got)
	if !slices.Equal(got, []string{"delivered", "sent", "sent"}) {
		t.Errorf("%v", got)
	}
	ids := map[string]bool{}
	for _, c := range calls {
		ids[verify(t, c, key)] = true
	}
	if len(ids) != 3 {
		t.Error("a token came twice")
	}
}

// verify checks a webhook with a library that the simulator does not use, and
// returns its jti.
func verify(t *testing.T, c call, secret string) string {
	t.Helper()
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(c.token, claims, func(*jwt.Token) (any, error) { return []byte(secret), nil },
		jwt.WithIssuer("MessageBird"), jwt.WithLeeway(5*time.Second), jwt.WithExpirationRequired())
	if err != nil {
		t.Fatal(err)
	}
	if claims["url_hash"] != hash(c.url) {
		t.Errorf("url_hash does not fit %s", c.url)
	}
	payload, has := claims["payload_hash"]
	if has != (c.raw != "") || has && payload != hash(c.raw) {
		t.Errorf("payload_hash %v, body %q", payload, c.raw)
	}
	return claims["jti"].(string)
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func TestMagicRecipients(t *testing.T) {
	t.Parallel()
	type fate struct {
		status   int
		taken    bool
		statuses string
		code     string
	}
	ok := fate{201, true, "sent,delivered", ""}
	fails := func(statuses, code string) fate { return fate{201, true, statuses, code} }
	want := map[string]fate{
		"0001": ok, "0010": fails("sent,delivery_failed", "103"), "0011": {status: 422}, "0012": {status: 422}, "0013": {status: 402},
		"0014": {status: 401}, "0303": fails("sent,delivery_failed", "27"), "0305": fails("sent,delivery_failed", "1"),
		"0307": fails("sent,delivery_failed", "13"), "0308": fails("sent,delivery_failed", "34"), "0309": fails("sent,expired", "36"),
		"0310": fails("sent,expired", ""), "0311": fails("sent,delivery_failed", ""), "0312": fails("sent,delivery_failed", ""),
		"0429": {status: 429}, "0500": {500, true, "sent,delivered", ""}, "0501": {status: 500}, "0503": {status: 503},
		"0504": {}, "0505": {0, true, "sent,delivered", ""}, "0506": {0, true, "sent,delivered", ""}, "0507": ok, "0508": {},
		"0601": fails("delivered,sent", ""), "0602": fails("sent,sent,delivered,delivered", ""), "0603": ok,
		"0604": {201, true, "", ""}, "0605": fails("buffered", ""), "0610": fails("sent,delivery_failed", "103"),
	}
	for _, r := range messagebird.Recipients() {
		t.Run(r.Suffix, func(t *testing.T) {
			t.Parallel()
			w, known := want[r.Suffix]
			if !known {
				t.Fatal("no expectation")
			}
			b := start(t)
			if strings.Contains(r.Outcome, "never answered") {
				b.http.Timeout = 200 * time.Millisecond
			}
			a := b.send("3161234"+r.Suffix, "Hello")
			b.http.Timeout = 5 * time.Second
			if a.status != w.status {
				t.Errorf("answered %d %s, want %d", a.status, a.raw, w.status)
			}
			if (b.accepted("+3161234"+r.Suffix) == 1) != w.taken {
				t.Errorf("taken is not %t", w.taken)
			}
			if w.statuses == "" {
				return
			}
			got := []string{}
			calls := b.wait(strings.Count(w.statuses, ",") + 1)
			for _, c := range calls {
				got = append(got, c.query.Get("status"))
			}
			if strings.Join(got, ",") != w.statuses || calls[len(calls)-1].query.Get("statusErrorCode") != w.code {
				t.Errorf("told %v, code %q", got, calls[len(calls)-1].query.Get("statusErrorCode"))
			}
		})
	}
}

func TestRulesStrikeThisProviderAlone(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.do("POST", "/sim/rules", "", `[{"match":{"provider":"twilio"},"action":"500"},{"match":{"provider":"messagebird"},"action":"error","count":1,"params":{"code":25}}]`)
	if a := b.send("31612345678", "x"); a.status != http.StatusPaymentRequired {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.send("31612345678", "x"); a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestInbound(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.do("POST", "/sim/messagebird/numbers", "", `{"number":"3197010240000","url":"`+b.hook.URL+`/in","accessKey":"live_key"}`)
	b.do("POST", "/sim/messagebird/accounts", "", `{"accessKey":"live_key","signingKey":"mbsecret"}`)
	b.send("31612345678", "Hello")
	b.wait(2)
	if a := b.do("POST", "/sim/phones/31612345678/reply", "", `{"text":"Yes & no"}`); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	c := b.wait(1)[0]
	verify(t, c, "mbsecret")
	if len(c.form["id"]) != 2 || c.form.Get("originator") != "31612345678" || c.form.Get("recipient") != "3197010240000" ||
		c.form.Get("body") != "Yes & no" || c.form.Get("payload") != "Yes & no" {
		t.Errorf("%v", c.form)
	}
	b.do("POST", "/sim/messagebird/settings", "", `{"mixedCase":true}`)
	b.do("POST", "/sim/phones/31612345678/reply", "", `{"text":"two","media":["https://example.test/a.jpg"]}`)
	c = b.wait(1)[0]
	if c.form.Get("Originator") != "31612345678" || c.form.Get("CreatedDatetime") == "" || c.form.Get("mediaUrls") != "https://example.test/a.jpg" {
		t.Errorf("%v", c.form)
	}
	b.do("POST", "/sim/messagebird/numbers", "", `{"number":"1008","url":"`+b.hook.URL+`/in","accessKey":"live_key","shortcode":true}`)
	b.do("POST", "/sim/phones/31612345678/reply", "", `{"text":"three","to":"1008"}`)
	c = b.wait(1)[0]
	if c.form.Get("shortcode") != "1008" || c.form.Get("message") != "three" || len(c.form.Get("receive_datetime")) != 14 {
		t.Errorf("%v", c.form)
	}
}

func TestStopIsKept(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.do("POST", "/sim/messagebird/numbers", "", `{"number":"3197010240000","url":"`+b.hook.URL+`/in","accessKey":"live_key"}`)
	b.send("31612345678", "Hello")
	b.wait(2)
	if a := b.do("POST", "/sim/phones/31612345678/reply", "", `{"text":"stop"}`); a.body["optOut"] != "STOP" {
		t.Fatalf("%s", a.raw)
	}
	b.wait(1)
	b.send("31612345678", "Again")
	if c := b.wait(1)[0]; c.query.Get("status") != "delivery_failed" || c.query.Get("statusErrorCode") != "103" {
		t.Errorf("%v", c.query)
	}
	b.do("POST", "/sim/phones/31612345678/reply", "", `{"text":"START"}`)
	b.wait(1)
	b.send("31612345678", "Once more")
	if got := b.wait(2); got[1].query.Get("status") != "delivered" {
		t.Errorf("%v", got)
	}
}

func TestMMS(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.do("POST", "/mms", "application/json", `{"originator":"3197010240000","recipients":["31612345678"],"subject":"Look","mediaUrls":["https://example.test/a.jpg"],"reference":"d"}`)
	if a.status != 201 || !strings.Contains(a.raw, `"subject":"Look"`) || !strings.Contains(a.raw, `/mms/`) {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if got := b.do("GET", "/mms/"+a.body["id"].(string), "", ""); got.status != 200 {
		t.Errorf("%d", got.status)
	}
	if got := b.do("POST", "/mms", "application/json", `{"originator":"1","recipients":["31612345678"],"subject":"Look"}`); got.status != 422 {
		t.Errorf("%d", got.status)
	}
}
