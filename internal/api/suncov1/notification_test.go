package suncov1_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heliograph"
)

// TestNotificationsTheirOwnWay checks what is ours of notifications, on the
// whole program; its integration is paused until someone resumes it.
func TestNotificationsTheirOwnWay(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	of := p.settle("dove")
	own, base := basic(of.key), "/v1.1/apps/"+of.id.String()+"/notifications"
	body := p.fill(`{"destination":{"integrationId":"{integrationId}","destinationId":"`+of.phone+`"},"author":{"role":"appMaker"},"message":{"type":"text","text":"x"}`, of.values)

	explained := p.do(own, "POST", base+"/explain", body+"}").Body.String()
	if strings.Contains(explained, "sendAt") || !strings.Contains(explained, `"paused":"dove"`) {
		t.Errorf("explained while nobody knows when it resumes: %s", explained)
	}
	due := heliograph.At(time.Now().Add(24 * time.Hour)).ISO()
	id := p.must(own, "POST", base, body+`,"scheduledAt":"`+due+`"}`, "notification", "_id")
	p.must(own, "DELETE", base+"/"+id, "")
	if got := p.must(own, "GET", base+"/"+id, "", "notification", "scheduledAt"); got != due {
		t.Errorf("a cancelled one was scheduled for %q, want %s", got, due)
	}
	if why := p.do(own, "GET", base+"/"+id+"/why", "").Body.String(); strings.Contains(why, "It failed") || !strings.Contains(why, "It was taken back") {
		t.Errorf("why it was not sent: %s", why)
	}

	lines := p.do(own, "POST", base+"/bulk", body+"}\n\n \n[]\n").Body.String()
	if !strings.Contains(lines, `{"line":1,"status":201`) || !strings.Contains(lines, `{"line":4,"status":400`) || strings.Count(lines, "\n") != 2 {
		t.Errorf("bulk: %s", lines)
	}
	if got := p.do(own, "POST", base, strings.Replace(body, `"text":"x"`, `"text":"x","metadata":{"n":1e400}`, 1)+"}").Body.String(); !strings.Contains(got, "message.metadata") {
		t.Errorf("a number too large: %s", got)
	}
}

// TestKeyInTheBody: an idempotency key in the body of a single notification is
// honoured as in a line of a bulk.
func TestKeyInTheBody(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	of := p.settle("rook")
	path := "/v1.1/apps/" + of.id.String() + "/notifications"
	send := func(header, key string) *httptest.ResponseRecorder {
		body := p.fill(`{"destination":{"integrationId":"{integrationId}","destinationId":"`+of.phone+`"},"author":{"role":"appMaker"},"idempotencyKey":"`+key+`","message":{"type":"text","text":"x"}}`, of.values)
		if header == "" {
			return p.do(basic(of.key), "POST", path, body)
		}
		return p.do(basic(of.key), "POST", path, body, "Idempotency-Key", header)
	}
	first, again := send("", "k"), send("k", "k")
	if first.Code != 201 || again.Code != 201 || again.Body.String() != first.Body.String() || again.Header().Get("Idempotent-Replayed") != "true" {
		t.Errorf("%d %s, then %d %s", first.Code, first.Body, again.Code, again.Body)
	}
	before := p.state(of.id)
	for _, bad := range []*httptest.ResponseRecorder{send("other", "k2"), send("", ""), send("", "ü")} {
		if bad.Code != 400 || !strings.Contains(bad.Body.String(), "idempotencyKey") {
			t.Errorf("%d %s", bad.Code, bad.Body)
		}
	}
	if d := changes(before, p.state(of.id)); len(d) > 0 {
		t.Errorf("refused ones changed: %v", d)
	}
}

// TestAnEmptyKeyIsAMistake checks that a caller who meant to give an idempotency
// key, and did not, hears of it.
func TestAnEmptyKeyIsAMistake(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	of := p.settle("wren")
	before := p.state(of.id)
	notify := p.fill(`{"destination":{"integrationId":"{integrationId}","destinationId":"`+of.phone+`"},"author":{"role":"appMaker"},"message":{"type":"text","text":"x"}}`, of.values)
	for path, body := range map[string]string{
		"/v1.1/apps/" + of.id.String() + "/notifications":     notify,
		"/v1.1/appusers/" + of.values["userId"] + "/messages": `{"role":"appMaker","type":"text","text":"x"}`,
	} {
		for _, keys := range [][]string{{""}, {"a", "b"}} {
			r := httptest.NewRequest("POST", path, strings.NewReader(body))
			r.Header.Set("Authorization", basic(of.key))
			r.Header["Idempotency-Key"] = keys
			rec := httptest.NewRecorder()
			p.handler.ServeHTTP(rec, r)
			if rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), "Idempotency-Key") {
				t.Errorf("%s with the keys %q: %d %s", path, keys, rec.Code, rec.Body)
			}
		}
	}
	if d := changes(before, p.state(of.id)); len(d) > 0 {
		t.Errorf("changed: %v", d)
	}
}
