package handset_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/apns"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/fcm"
	"heliograph/channel/simulator/pushproxy"
	"heliograph/channel/simulator/webpush"
)

// The tables of the documentation are the tables of the code.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../docs/simulator/push.md")
	if err != nil {
		t.Fatal(err)
	}
	common := devices.CommonRecipients()
	sections := map[string][]simulator.Recipient{"What all four do": common}
	for title, p := range map[string]simulator.Provider{
		"## APNs": apns.New(apns.Options{}), "## FCM": fcm.New(fcm.Options{}), "## Web Push": webpush.New(), "## Push proxy": pushproxy.New(pushproxy.Options{}),
	} {
		sections[title] = p.Describe().Recipients
	}
	for title, recipients := range sections {
		_, text, found := strings.Cut(string(raw), "\n"+title)
		if !found {
			t.Errorf("there is no section %s", title)
			continue
		}
		text, _, _ = strings.Cut(text, "\n## ")
		want, rows := []string{}, []string{}
		for _, r := range recipients {
			ofAll := slices.ContainsFunc(common, func(c simulator.Recipient) bool { return c.Suffix == r.Suffix })
			if title == "What all four do" || !ofAll {
				want = append(want, "| "+r.Suffix+" | "+r.Outcome+" |")
			}
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "| 0") {
				rows = append(rows, strings.TrimSpace(line))
			}
		}
		if !slices.Equal(rows, want) {
			t.Errorf("%s documents\n%s\nwhere there is\n%s", title, strings.Join(rows, "\n"), strings.Join(want, "\n"))
		}
	}
}
