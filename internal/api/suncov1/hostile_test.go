package suncov1_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"heliograph/internal/api/suncov1"
	"heliograph/internal/testkit/pgtest"
)

// TestHostileInput sends every route what a broken or a bad caller might send:
// no answer is a 5xx, every refusal is well-formed, and what was refused changed
// nothing. HELIOGRAPH_HOSTILE sets how many calls are made up, and the seed:
// "100000 7".
func TestHostileInput(t *testing.T) {
	t.Parallel()
	for _, on := range []struct {
		name  string
		url   func(t *testing.T) string
		calls int
	}{
		{"sqlite", func(*testing.T) string { return "" }, 800},
		{"postgres", func(t *testing.T) string { return pgtest.URL(t) }, 300},
	} {
		t.Run(on.name, func(t *testing.T) {
			t.Parallel()
			calls, seed := on.calls, uint64(1)
			if v := os.Getenv("HELIOGRAPH_HOSTILE"); v != "" {
				if _, err := fmt.Sscan(v, &calls, &seed); err != nil {
					t.Fatal(err)
				}
			}
			h := &hostile{program: newProgram(t, on.url(t)), rng: rand.New(rand.NewPCG(seed, 1))}
			h.routes = slices.DeleteFunc(suncov1.RoutesShown(), func(r suncov1.RouteShown) bool { return r.Public })
			h.mark0 = ""
			h.app = h.settle("Canary0")
			for _, r := range h.routes {
				bodies := malformed()
				if !r.Takes {
					bodies = bodies[:2] // which it does not read
				}
				for _, body := range bodies {
					h.send(r, r.Paths[0], h.app.values, "", body)
				}
			}
			for range calls {
				h.madeUp()
			}
			t.Logf("%d answers were successes, %d refusals", h.done, h.refused)
			if h.wrote == 0 || h.refused < calls/3 {
				t.Errorf("%d successes, of which %d wrote, and %d refusals: this tests little", h.done, h.wrote, h.refused)
			}
		})
	}
}

type hostile struct {
	*program
	rng           *rand.Rand
	routes        []suncov1.RouteShown
	app           *tenancy
	settled       int
	mark0         string // before the next call; "" when it must be asked for
	done, refused int
	wrote         int // successes whose change was seen
}

// malformed are bodies that no route accepts, and that a database may choke on.
func malformed() []string {
	deep := strings.Repeat(`{"message":`, 5000)
	return []string{
		`{`, `}`, `null`, `[]`, `"x"`, `0`, `{"a":1}{"b":2}`, "\x00", "{\"text\":\"\xff\xfe\"}", `{"text":"\u0000"}`, `{"text":"\ud800"}`,
		`{"metadata":{"\u0000":1}}`, deep, strings.Repeat("[", 20000), `{"x":1e999999}`, `{"x":` + strings.Repeat("9", 5000) + `}`,
		`{"text":"` + strings.Repeat("x", 101*1024) + `"}`,
	}
}

// madeUp sends one call that is nearly right.
func (h *hostile) madeUp() {
	r := h.routes[h.rng.IntN(len(h.routes))]
	values := map[string]string{}
	for k, v := range h.app.values {
		values[k] = v
	}
	if h.rng.IntN(4) == 0 {
		for k := range values {
			if k != "appId" && h.rng.IntN(3) == 0 {
				values[k] = h.text()
			}
		}
	}
	var body string
	if r.Takes && h.rng.IntN(20) > 0 {
		var doc any
		fatal(h.T, json.Unmarshal([]byte(h.body(r, h.app.values, h.app.phone)), &doc))
		for range h.rng.IntN(3) {
			doc = h.twist(doc, 0)
		}
		b, err := json.Marshal(doc)
		fatal(h.T, err)
		body = string(b)
		if h.rng.IntN(10) == 0 {
			body = h.scar(body)
		}
	}
	query := ""
	if h.rng.IntN(3) == 0 {
		query = h.query()
	}
	h.send(r, r.Paths[h.rng.IntN(len(r.Paths))], values, query, body)
}

// send makes one call and checks what it answered and what it changed.
func (h *hostile) send(r suncov1.RouteShown, pattern string, values map[string]string, query, body string) {
	h.Helper()
	escaped := map[string]string{}
	for k, v := range values {
		escaped[k] = url.PathEscape(v)
	}
	path := parameter.ReplaceAllStringFunc(pattern, func(m string) string { return escaped[strings.Trim(m, "{}")] })
	if query != "" {
		path += "?" + query
	}
	authorization := basic(h.app.key)
	if !slices.Contains(r.Scopes, "app") {
		authorization = basic(h.account)
	}
	if h.mark0 == "" {
		h.mark0 = h.mark()
	}
	rec := h.do(authorization, r.Method, path, body)
	at := fmt.Sprintf("%s %s with %.300q", r.Method, path, body)
	h.wellFormed(r, at, rec)
	makesCode := strings.HasSuffix(r.Name, "/authcode") || strings.HasSuffix(r.Name, "/linkrequest")
	readOnly := r.Method == "GET" && !makesCode || strings.HasSuffix(r.Name, "/explain")
	if rec.Code >= 300 || readOnly {
		h.refused++
		if now := h.mark(); now != h.mark0 {
			h.Errorf("%s: %d changed something", at, rec.Code)
			h.mark0 = now
		}
		return
	}
	if now := h.mark(); now != h.mark0 {
		h.wrote, h.mark0 = h.wrote+1, now
	}
	h.done++
	if r.Method == "DELETE" || strings.HasSuffix(r.Name, "/merge") {
		h.settled++
		h.mark0 = ""
		h.app = h.settle("Canary" + strconv.Itoa(h.settled))
	}
}

// wellFormed checks that a refusal is what clients can read.
func (h *hostile) wellFormed(r suncov1.RouteShown, at string, rec *httptest.ResponseRecorder) {
	h.Helper()
	if rec.Code >= 500 && !(r.Absent && rec.Code == 501) {
		h.Errorf("%s: %d %s", at, rec.Code, rec.Body)
	}
	if rec.Code < 300 || rec.Code >= 500 {
		return
	}
	var body struct {
		Error struct{ Code, Description string }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil || body.Error.Code == "" || body.Error.Description == "" {
		h.Errorf("%s: %d %q is no error that a client can read", at, rec.Code, rec.Body)
	}
	if !strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") {
		h.Errorf("%s: content type %q", at, rec.Header().Get("Content-Type"))
	}
}

// twist changes one node of a document.
func (h *hostile) twist(doc any, depth int) any {
	if depth > 0 && h.rng.IntN(3) == 0 {
		return h.value(depth)
	}
	switch d := doc.(type) {
	case map[string]any:
		keys := slices.Sorted(func(yield func(string) bool) {
			for k := range d {
				if !yield(k) {
					return
				}
			}
		})
		switch n := h.rng.IntN(8); {
		case n == 0 || len(keys) == 0:
			d[h.text()] = h.value(depth)
		case n == 1:
			delete(d, keys[h.rng.IntN(len(keys))])
		default:
			k := keys[h.rng.IntN(len(keys))]
			d[k] = h.twist(d[k], depth+1)
		}
		return d
	case []any:
		if len(d) == 0 || h.rng.IntN(5) == 0 {
			return append(d, h.value(depth))
		}
		i := h.rng.IntN(len(d))
		d[i] = h.twist(d[i], depth+1)
		return d
	}
	return h.value(depth)
}

// value is something that a field does not expect.
func (h *hostile) value(depth int) any {
	switch h.rng.IntN(12) {
	case 0:
		return nil
	case 1:
		return h.rng.IntN(2) == 0
	case 2:
		return []any{0, -1, 1, 1.5, 1e18, -1e18, 1e300, 9007199254740993, 4294967296, 2147483648}[h.rng.IntN(10)]
	case 3:
		return []any{}
	case 4:
		return map[string]any{}
	case 5:
		list := make([]any, h.rng.IntN(300))
		for i := range list {
			list[i] = h.text()
		}
		return list
	case 6:
		if depth < 4 {
			return map[string]any{h.text(): h.value(depth + 1), h.text(): h.value(depth + 1)}
		}
	}
	return h.text()
}

// text is a text that someone might not have thought of.
func (h *hostile) text() string {
	v := h.app.values
	all := []string{
		"", " ", "x", "null", "0", "-1", "true", "jo", "é", "e\u0301", "\u202e\u200b", "😀", "\u2028", "\ufffd", "\u00a0", "\x7f", "\x01", "\x00", "\xff\xfe", "\t\n\r",
		"' OR 1=1 --", `"; DROP TABLE users; --`, "%00", "%", "_", "\\", "../..", "//", "a/b", "a?b", "a#b", "@", "{appId}", "${x}",
		strings.Repeat("a", 130), strings.Repeat("€", 1025), strings.Repeat("x", 4097), strings.Repeat("😀", 4096), strings.Repeat("y", 60000),
		"2026-05-01T09:30:00Z", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00Z", "1e400", "1700000000.123", "-0",
		"https://example.org/", "http://127.0.0.1/", "http://[::1]:1/", "javascript:alert(1)", "ftp://x", "https://", "http://a b/", "https://u:p@example.org/",
		"+15550100", "+1", "15550100", "+155501005550100555010", "٠١٢٣", "appUser", "appMaker", "text", "image", "typing:start", "*", "message",
		"immediate", "userActivity", "prompt", "sender", "all", "marketing", "queued", "twilio", "scope", "type", "metadata",
		"5f3c1e7ab2c4d5e6f7a8b9c0", "000000000000000000000000", "5F3C1E7AB2C4D5E6F7A8B9C0", "018f0000-0000-7000-8000-000000000000",
		v["userId"], v["otherId"], v["integrationId"], v["messageId"], v["webhookId"], v["notificationId"], v["keyId"], h.app.other, h.app.phone,
	}
	return all[h.rng.IntN(len(all))]
}

// scar damages a text somewhere.
func (h *hostile) scar(s string) string {
	b := []byte(s)
	switch i := h.rng.IntN(len(b)); h.rng.IntN(3) {
	case 0:
		b[i] = byte(h.rng.IntN(256))
	case 1:
		b = b[:i]
	default:
		b = slices.Insert(b, i, byte(h.rng.IntN(256)))
	}
	return string(b)
}

func (h *hostile) query() string {
	q := url.Values{}
	names := []string{"limit", "offset", "before", "after", "status", "integrationId", "from", "to", "cursor", "types", "address", "scope", "type", "eventId", "outcome"}
	for range 1 + h.rng.IntN(3) {
		q.Set(names[h.rng.IntN(len(names))], h.text())
	}
	if h.rng.IntN(10) == 0 {
		return "limit=%zz&" + q.Encode()
	}
	return q.Encode()
}
