package notify

import (
	"slices"
	"testing"

	"heliograph"
)

// What was decided about a doubt is told before the attempt that it led to,
// though both have the same time.
func TestADecisionComesBeforeWhatFollowsFromIt(t *testing.T) {
	t.Parallel()
	teller := &teller{d: &heliograph.Delivery{}}
	teller.event(&heliograph.Event{Type: heliograph.EventChannel, At: 10, Data: heliograph.EventData{Attempt: 2, Class: "accepted", Started: 10}})
	teller.event(&heliograph.Event{Type: heliograph.EventResolved, At: 10, Data: heliograph.EventData{Attempt: 1, Via: "policy"}})
	slices.SortStableFunc(teller.steps, inOrder)
	var attempts []int
	for _, s := range teller.steps {
		attempts = append(attempts, s.Attempt)
	}
	if !slices.Equal(attempts, []int{1, 2, 2, 2}) {
		t.Errorf("told of attempts %v: %+v", attempts, teller.steps)
	}
}
