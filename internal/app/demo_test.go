package app

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDemo runs every command that the demo prints, and answers what it sent: each
// answer is told with what it answers.
func TestDemo(t *testing.T) {
	t.Parallel()
	r := newRiver(t, settings(t))
	if err := r.demo.sendSamples(t.Context()); err != nil {
		t.Fatal(err)
	}
	sim := &apiClient{base: r.sim.URL()}
	commands := regexp.MustCompile(`(?s)curl [^\n]*/notifications -d '(.*?)'\n`).FindAllStringSubmatch(r.demo.welcome("here"), -1)
	channels := r.demo.channels()
	if len(commands) != len(channels) || len(channels) != 5 {
		t.Fatalf("%d commands for %d channels", len(commands), len(channels))
	}
	for i, c := range channels {
		if err := r.demo.api().call(t.Context(), http.MethodPost, "/notifications", json.RawMessage(commands[i][1]), nil); err != nil {
			t.Fatal(c.kind, err)
		}
		thread, want := strings.Replace(c.page, "/phones/", "/threads/sms/", 1), 1
		if c.sample != "" {
			want++
		}
		var got struct{ Messages []struct{ Status string } }
		eventually(t, c.kind, func() bool {
			err := sim.call(t.Context(), http.MethodGet, "/sim"+thread, nil, &got)
			return err == nil && len(got.Messages) == want && !slices.ContainsFunc(got.Messages, func(m struct{ Status string }) bool { return m.Status != "delivered" })
		})
	}
	for _, phone := range []string{demoPhone, demoDutchPhone} {
		if err := sim.call(t.Context(), http.MethodPost, "/sim/phones/"+phone+"/reply", map[string]string{"text": "From " + phone}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, reader := range []string{demoReader, demoOtherReader} {
		var box struct {
			Mails []struct{ ID string }
		}
		eventually(t, "the mail", func() bool {
			return sim.call(t.Context(), http.MethodGet, "/sim/mailboxes/"+reader, nil, &box) == nil && len(box.Mails) > 0
		})
		answer := "/sim/mailboxes/" + reader + "/mails/" + box.Mails[0].ID + "/reply"
		if err := sim.call(t.Context(), http.MethodPost, answer, map[string]string{"text": "From " + reader}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, person := range []string{demoPhone, demoDutchPhone, demoReader, demoOtherReader} {
		eventually(t, "the answer from "+person, func() bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return slices.ContainsFunc(r.lines, func(line string) bool {
				return strings.Contains(line, `"From `+person+`"`) && strings.Contains(line, "recent notification")
			})
		})
	}
}
