package conformance_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"heliograph/internal/conformance"
)

// obliging is a server that answers everything with the same.
func obliging(t *testing.T, status int, contentType, body string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestChecksFindFlaws: no check passes against a server that only obliges, so
// that none passes because it looks at nothing.
func TestChecksFindFlaws(t *testing.T) {
	t.Parallel()
	const mayPass = 1 // malformed JSON, where all is refused
	for name, url := range map[string]string{
		"nothing in it": obliging(t, 200, "application/json", "{}"),
		"refuses all":   obliging(t, 400, "application/json", `{"error":{"code":"bad_request","description":"no"}}`),
		"no JSON":       obliging(t, 201, "text/html", "<p>welcome</p>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results, err := conformance.Run(t.Context(), conformance.Options{URL: url, KeyID: "app_1", Secret: "s", App: "0123456789abcdef01234567"})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				if r.State == conformance.Passed {
					t.Logf("passed: %s", r.Name)
				}
			}
			if n := conformance.Count(results, conformance.Passed); n > mayPass {
				t.Errorf("%d of %d checks pass", n, len(results))
			}
			if conformance.Count(results, conformance.Skipped) == 0 {
				t.Error("nothing was skipped, without a provider and an account key")
			}
		})
	}
}

func TestAppKeyNeedsItsApp(t *testing.T) {
	t.Parallel()
	if _, err := conformance.Run(t.Context(), conformance.Options{URL: "http://127.0.0.1:1", KeyID: "app_1"}); err == nil || !strings.Contains(err.Error(), "--app") {
		t.Errorf("got %v", err)
	}
	for _, o := range []conformance.Options{
		{URL: "http://127.0.0.1:1", KeyID: "act_1"}, {URL: "http://127.0.0.1:1", KeyID: "app_1", App: "0123456789abcdef01234567"},
		{URL: obliging(t, 403, "application/json", `{}`), KeyID: "app_1", App: "0123456789abcdef01234567"},
	} {
		if results, err := conformance.Run(t.Context(), o); err == nil || len(results) > 0 {
			t.Errorf("%+v: %d results, %v", o, len(results), err)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	check := func(name string, v conformance.Verdict) conformance.Check {
		return conformance.Check{Area: "Users", Name: name, Call: "GET /a|b", Verdict: v, Note: "a note"}
	}
	var out bytes.Buffer
	err := conformance.Markdown(&out, []conformance.Result{
		{Check: check("one", conformance.Better), State: conformance.Passed},
		{Check: check("two", conformance.Identical), State: conformance.Failed, Detail: "it is\nwrong"},
		{Check: check("three", conformance.Absent), State: conformance.Skipped, Detail: "no key"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"| one | `GET /a\\|b` | better | a note |", "| two | `GET /a\\|b` | differs | it is wrong |", "| three | `GET /a\\|b` | not checked | no key |"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not in the page:\n%s", line, out.String())
		}
	}
}
