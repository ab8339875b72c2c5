package app

import (
	"slices"
	"testing"
)

// TestFamilies: which channels can stand in for each other is said by the channels
// themselves, so that one that forgets it could never take over.
func TestFamilies(t *testing.T) {
	t.Parallel()
	got := map[string][]string{}
	for _, c := range Channels() {
		if c.Family != "" {
			got[c.Family] = append(got[c.Family], c.Name)
		}
	}
	for family, names := range map[string][]string{"sms": {"messagebird", "smshttp", "twilio"}, "mail": {"mailgun", "smtp"}} {
		for _, name := range names {
			if !slices.Contains(got[family], name) {
				t.Errorf("%s is not of the family %s: %v", name, family, got[family])
			}
		}
	}
}
