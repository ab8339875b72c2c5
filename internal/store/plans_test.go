package store_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// byIndex checks that writers find what they work on by more than the app, which
// may own everything: here, where the tables are nearly empty, because a plan is
// kept as they grow.
func byIndex(t *testing.T, s *store.Store) {
	plans, err := store.HotPlans(context.Background(), s)
	if heliograph.IsKind(err, heliograph.Unavailable) {
		return // the test closed it
	}
	if err != nil {
		t.Errorf("plans: %v", err)
	}
	for text, plan := range plans {
		for _, line := range tooMuch(plan) {
			t.Errorf("%s\nreads too much: %s\n%s", text, line, plan)
		}
	}
}

var (
	scan    = regexp.MustCompile(`(?:Seq Scan on|Index (?:Only )?Scan (?:Backward )?using \w+ on|Bitmap Index Scan on) (\w+)`)
	appOnly = regexp.MustCompile(`Index Cond: \(app_id = [^()]*\)$`)
)

// tooMuch returns the lines of a plan that read a whole table, or all that an
// app has in one, or all of it that failed.
func tooMuch(plan string) (found []string) {
	lines := append(strings.Split(plan, "\n"), "")
	for i, line := range lines {
		m := scan.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		// An app has few webhooks; and one suppression is enough.
		few := m[1] == "webhooks" || m[1] == "suppressions"
		if next := lines[i+1]; !strings.Contains(next, "Index Cond: ") || appOnly.MatchString(next) && !few || strings.Contains(line, "deliveries_rare") {
			found = append(found, strings.TrimSpace(line+next))
		}
	}
	return found
}
