package metrics

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heliograph"
)

// page returns what a scrape reads.
func page(t *testing.T, m *Metrics) string {
	t.Helper()
	rec := httptest.NewRecorder()
	m.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if rec.Code != 200 {
		t.Fatalf("status %d: %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func TestFigures(t *testing.T) {
	t.Parallel()
	m := New("v1.2.3")
	m.Accepted("twilio", heliograph.Marketing)
	m.Attempted("twilio", "accepted", 30*time.Millisecond)
	m.Sent("twilio")
	m.Failed("twilio", heliograph.ReasonBlocked)
	m.Failed("twilio", heliograph.ReasonBlocked)
	m.Retried("twilio")
	m.Unknown("twilio")
	m.Paused()
	m.Inbound("twilio", "message")
	m.WebhookCalled("done", time.Millisecond)
	m.WebhookDone(200 * time.Millisecond)
	m.WebhookParked()
	m.WebhookDead()
	m.WebhookDisabled()
	m.Committed(5, time.Millisecond)
	m.Refused()
	m.Request("POST /v1.1/apps/{appId}/notifications", 201, 3*time.Millisecond)
	got := page(t, m)
	for _, want := range []string{
		`heliograph_build_info{version="v1.2.3"} 1`,
		`heliograph_accepted_total{category="marketing",channel="twilio"} 1`,
		`heliograph_attempts_total{channel="twilio",class="accepted"} 1`,
		`heliograph_provider_seconds_bucket{channel="twilio",le="0.05"} 1`,
		`heliograph_sent_total{channel="twilio"} 1`,
		`heliograph_failed_total{channel="twilio",reason="blocked"} 2`,
		`heliograph_retries_total{channel="twilio"} 1`,
		`heliograph_unknown_total{channel="twilio"} 1`,
		`heliograph_lane_pauses_total 1`,
		`heliograph_inbound_total{channel="twilio",kind="message"} 1`,
		`heliograph_webhook_attempts_total{outcome="done"} 1`,
		`heliograph_webhook_lag_seconds_bucket{le="0.5"} 1`,
		`heliograph_webhook_parked_total 1`,
		`heliograph_webhook_dead_total 1`,
		`heliograph_webhook_disabled_total 1`,
		`heliograph_commit_operations_bucket{le="8"} 1`,
		`heliograph_backpressure_total 1`,
		`heliograph_http_requests_total{route="POST /v1.1/apps/{appId}/notifications",status="201"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing: %s", want)
		}
	}
}

func TestQueueFigures(t *testing.T) {
	t.Parallel()
	m := New("dev")
	asked := 0
	m.WatchQueue(func(context.Context) (Snapshot, error) {
		asked++
		return Snapshot{
			Queues:   []Queue{{Integration: "5f0000000000000000000001", State: "ready", Depth: 7, Age: 3 * time.Second}},
			Webhooks: WebhookQueue{Depth: 4, Parked: 1, Age: time.Minute},
			Paused:   []Paused{{Integration: "5f0000000000000000000002"}},
		}, nil
	})
	page(t, m)
	got := page(t, m)
	for _, want := range []string{
		`heliograph_queue_depth{integration="5f0000000000000000000001",state="ready"} 7`,
		`heliograph_queue_age_seconds{integration="5f0000000000000000000001",state="ready"} 3`,
		`heliograph_integration_paused{integration="5f0000000000000000000002"} 1`,
		`heliograph_webhook_queue_depth 4`,
		`heliograph_webhook_queue_parked 1`,
		`heliograph_webhook_queue_age_seconds 60`,
		`heliograph_queue_figures_up 1`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing: %s", want)
		}
	}
	if asked != 1 {
		t.Errorf("two scrapes in a moment asked the database %d times", asked)
	}
}

func TestQueueFiguresWhenTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	m := New("dev")
	m.WatchQueue(func(context.Context) (Snapshot, error) { return Snapshot{}, errors.New("away") })
	got := page(t, m)
	if !strings.Contains(got, "heliograph_queue_figures_up 0") || strings.Contains(got, "heliograph_queue_depth{") {
		t.Error("a failed query must show as such, and not as an empty queue")
	}
}
