package app

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"heliograph/internal/conformance"
	"heliograph/internal/testkit"
)

// TestConformance runs the product's own conformance checks against a server, and
// keeps the page about compatibility true.
func TestConformance(t *testing.T) {
	t.Parallel()
	page := filepath.Join(testkit.Root(t), "docs/compatibility.md")
	c := settings(t)
	sim, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	c.ProviderURL = map[string]string{}
	for _, name := range []string{"twilio", "whatsapp", "messagebird", "mailgun"} {
		c.ProviderURL[name] = sim.URL()
	}
	a, _ := start(t, c)
	org, err := a.engines.tenants.DefaultOrg(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	key, err := a.engines.tenants.CreateAccountKey(t.Context(), org, "conformance")
	if err != nil {
		t.Fatal(err)
	}
	sink, err := conformance.Listen("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	results, err := conformance.Run(t.Context(), conformance.Options{
		URL: a.host.public, KeyID: key.Handle(), Secret: key.Secret.Reveal(), Simulator: sim.URL(), Sink: sink,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.State != conformance.Passed {
			t.Error(r.Line())
		}
	}
	var got bytes.Buffer
	if err := conformance.Markdown(&got, results); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(page); err != nil || !bytes.Equal(want, got.Bytes()) {
		t.Errorf("%s is not what the checks say (%v); run: make generate", page, err)
	}
}
