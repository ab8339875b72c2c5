package app

import "testing"

// TestOneTypePerName: a channel for a type that was known by its settings alone
// takes the place of that entry.
func TestOneTypePerName(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range Channels() {
		if seen[kind.Name] {
			t.Errorf("there are two types called %s; is one still in channel/declared?", kind.Name)
		}
		seen[kind.Name] = true
	}
}
