package testkit_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"heliograph/internal/testkit"
	"heliograph/internal/testkit/pgtest"
)

// TestProgramSurvives shows what the crash tests build on: a program that was
// killed starts again on the same data and port, a key made beside it works at
// once, and SIGTERM ends it in order.
func TestProgramSurvives(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]func(*testing.T) []string{
		"sqlite":   func(*testing.T) []string { return nil },
		"postgres": func(t *testing.T) []string { return []string{"--database-url=" + pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := testkit.Serve(t, args(t)...)
			var key struct{ KeyID, Secret string }
			out := p.Run("keys", "create", "--scope=account", "--json")
			if err := json.Unmarshal([]byte(out), &key); err != nil {
				t.Fatalf("keys create wrote %q: %v", out, err)
			}
			for range 2 {
				if status := get(t, p.URL("/v1.1/apps"), key.KeyID, key.Secret); status != http.StatusOK {
					t.Errorf("GET /v1.1/apps = %d", status)
				}
				p.Kill()
				p.Start()
			}
			if err := p.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

func get(t *testing.T, url, user, password string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}
