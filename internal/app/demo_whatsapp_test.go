package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestDemoWhatsApp takes a template to the simulated person, and the button that
// the person taps back to a webhook.
func TestDemoWhatsApp(t *testing.T) {
	t.Parallel()
	r := newRiver(t, settings(t))
	api := &apiClient{base: r.app.host.public + "/v1.1/apps/" + r.demo.tenant.ID.String(), key: r.demo.key}
	sim := &apiClient{base: r.sim.URL()}
	text := func(s string) map[string]string { return map[string]string{"type": "text", "text": s} }
	err := api.call(t.Context(), http.MethodPost, "/notifications", map[string]any{
		"destination":   map[string]string{"integrationId": r.demo.integrations["whatsapp"], "destinationId": demoWhatsAppPerson},
		"author":        map[string]string{"role": "appMaker"},
		"messageSchema": "whatsapp",
		"message": map[string]any{"type": "template", "template": map[string]any{
			"name": "parcel_choice", "language": map[string]string{"code": "en"}, "components": []any{
				map[string]any{"type": "header", "parameters": []any{text("A-17")}},
				map[string]any{"type": "body", "parameters": []any{text("Ana"), text("Monday")}},
			},
		}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var thread struct {
		Messages []struct{ SID, Body, Status string }
	}
	eventually(t, "the template", func() bool {
		err := sim.call(t.Context(), http.MethodGet, "/sim/threads/whatsapp/"+demoWhatsAppPerson, nil, &thread)
		return err == nil && len(thread.Messages) == 1 && thread.Messages[0].Status == "delivered"
	})
	if !strings.HasPrefix(thread.Messages[0].Body, "Parcel A-17\nHello Ana") {
		t.Errorf("the person sees %q", thread.Messages[0].Body)
	}
	err = sim.call(t.Context(), http.MethodPost, "/sim/whatsapp/people/"+demoWhatsAppPerson+"/tap",
		map[string]any{"message": thread.Messages[0].SID, "button": 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := r.toldLines(3) // taken, delivered, answered
	if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "Yes, please") }) {
		t.Errorf("told\n%s", strings.Join(lines, "\n"))
	}
}
