package app

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"heliograph/internal/conformance"
	"heliograph/internal/testkit"
)

// TestConformanceOfAnApp runs the checks twice in an app that stays: they leave
// nothing there that gets in the way of others, or of themselves.
func TestConformanceOfAnApp(t *testing.T) {
	t.Parallel()
	c := settings(t)
	sim, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	c.ProviderURL = map[string]string{"twilio": sim.URL(), "whatsapp": sim.URL()}
	a, _ := start(t, c)
	d := &demo{app: a}
	if err := d.appAndKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	api := &apiClient{base: a.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
	types := func() (out []string) {
		var page struct{ Integrations []struct{ Type string } }
		if err := api.call(t.Context(), http.MethodGet, "/integrations?limit=100", nil, &page); err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Integrations {
			out = append(out, i.Type)
		}
		return out
	}
	before := types()
	for range 2 {
		results, err := conformance.Run(t.Context(), conformance.Options{
			URL: a.host.public, KeyID: d.key.Handle(), Secret: d.key.Secret.Reveal(), App: d.tenant.ID.String(), Simulator: sim.URL(),
		})
		if err != nil || conformance.Count(results, conformance.Passed) == 0 {
			t.Fatal(len(results), err)
		}
		for _, r := range results {
			if r.State == conformance.Failed {
				t.Error(r.Line())
			}
		}
		if after := types(); !slices.Equal(after, before) {
			t.Errorf("integrations %v, and before %v", after, before)
		}
	}
}

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
