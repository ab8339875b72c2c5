package tenant_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/tenant"
)

// TestCredentials: a channel is opened with the settings of its app's oldest
// integration of each type that it names, and again when those change.
func TestCredentials(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var got map[string]json.RawMessage
	opened := 0
	r.Types = append(r.Types,
		&channel.Type{Name: "keys", Title: "Keys", Settings: settings{}},
		&channel.Type{Name: "spare", Title: "Spare keys", Settings: settings{}},
		&channel.Type{Name: "app", Title: "Apps", Settings: struct{}{}, Credentials: []string{"keys", "spare"}, Open: func(c channel.Config, _ channel.Deps) (channel.Channel, error) {
			opened++
			got = c.Credentials
			return provider{r}, nil
		}},
	)
	r.Service = tenant.New(r.Options)
	integrate := func(app heliograph.AppID, typ, fields string) *heliograph.Integration {
		t.Helper()
		var in map[string]json.RawMessage
		r.must(json.Unmarshal([]byte(fields), &in))
		i, err := r.CreateIntegration(t.Context(), app, typ, tenant.IntegrationChange{Fields: in})
		r.must(err)
		r.clock.Advance(time.Second)
		return i
	}
	app := integrate(r.app.ID, "app", "{}")
	look := func(times int, want map[string]string) {
		t.Helper()
		before := opened
		r.clock.Advance(time.Second)
		_, _, _, err := r.Lookup(t.Context(), app.ID)
		r.must(err)
		have := map[string]string{}
		for k, v := range got {
			have[k] = string(v)
		}
		if !maps.Equal(have, want) || opened-before != times {
			t.Errorf("it has %v, want %v; opened %d times, want %d", have, want, opened-before, times)
		}
	}
	look(1, nil)
	other, err := r.DefaultOrg(t.Context())
	r.must(err)
	name := "Other"
	elsewhere, err := r.CreateApp(t.Context(), other, tenant.AppChange{Name: &name})
	r.must(err)
	integrate(elsewhere.ID, "keys", `{"loft":"another app's"}`)
	look(0, nil)
	first := integrate(r.app.ID, "keys", `{"loft":"north","word":"coo"}`)
	const north = `{"loft":"north","word":"coo"}`
	look(1, map[string]string{"keys": north})
	integrate(r.app.ID, "keys", `{"loft":"younger"}`)
	look(0, map[string]string{"keys": north})
	integrate(r.app.ID, "spare", `{"loft":"spare"}`)
	look(1, map[string]string{"keys": north, "spare": `{"loft":"spare"}`})
	_, err = r.UpdateIntegration(t.Context(), r.app.ID, first.ID, tenant.IntegrationChange{Fields: map[string]json.RawMessage{"word": []byte(`"new"`)}})
	r.must(err)
	look(1, map[string]string{"keys": `{"loft":"north","word":"new"}`, "spare": `{"loft":"spare"}`})
	r.must(r.DeleteIntegration(t.Context(), r.app.ID, first.ID))
	look(1, map[string]string{"keys": `{"loft":"younger"}`, "spare": `{"loft":"spare"}`})
}
