package simulator_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator"
)

// fate is what a send is expected to come to: the HTTP status (0: the
// connection ended without one), the provider's code, whether the message was
// taken, and the webhooks that follow.
type fate struct {
	status int
	code   float64
	taken  bool
	told   []string
	error  string
}

func fates() map[string]fate {
	good := []string{"sent", "delivered"}
	bad := []string{"sent", "undelivered"}
	return map[string]fate{
		"0001": {201, 0, true, good, ""},
		"0010": {400, 21610, false, nil, ""},
		"0011": {400, 21211, false, nil, ""},
		"0012": {400, 21614, false, nil, ""},
		"0013": {400, 21408, false, nil, ""},
		"0014": {400, 21606, false, nil, ""},
		"0301": {201, 0, true, []string{"failed"}, "30001"},
		"0302": {201, 0, true, []string{"failed"}, "30002"},
		"0303": {201, 0, true, bad, "30003"},
		"0304": {201, 0, true, bad, "30004"},
		"0305": {201, 0, true, bad, "30005"},
		"0306": {201, 0, true, bad, "30006"},
		"0307": {201, 0, true, bad, "30007"},
		"0308": {201, 0, true, bad, "30008"},
		"0429": {429, 20429, false, nil, ""},
		"0500": {500, 20500, true, good, ""},
		"0501": {500, 20500, false, nil, ""},
		"0503": {503, 20503, false, nil, ""},
		"0504": {0, 0, false, nil, ""},
		"0505": {0, 0, true, good, ""},
		"0506": {0, 0, true, good, ""},
		"0507": {201, 0, true, good, ""},
		"0508": {0, 0, false, nil, ""},
		"0600": {201, 0, true, []string{"sent", "read"}, ""},
		"0601": {201, 0, true, []string{"delivered", "sent"}, ""},
		"0602": {201, 0, true, []string{"sent", "sent", "delivered", "delivered"}, ""},
		"0603": {201, 0, true, good, ""},
		"0604": {201, 0, true, nil, ""},
		"0610": {201, 0, true, []string{"failed"}, "21610"},
	}
}

func TestMagicRecipients(t *testing.T) {
	t.Parallel()
	want := fates()
	for _, r := range simulator.Recipients() {
		t.Run(r.Suffix, func(t *testing.T) {
			t.Parallel()
			w, ok := want[r.Suffix]
			if !ok {
				t.Fatal("no expectation")
			}
			n := start(t, simulator.Options{})
			if strings.Contains(r.Outcome, "never answered") {
				n.http.Timeout = 200 * time.Millisecond
			}
			a := n.send(n.form("+1555123"+r.Suffix, "hello"))
			n.http.Timeout = 5 * time.Second
			n.expect(w, a)
			if r.Suffix == "0507" && a.body != nil {
				t.Errorf("the answer can be read: %s", a.raw)
			}
		})
	}
}

// expect compares the answer of the only send so far, and what followed.
func (n *network) expect(w fate, a answer) {
	n.t.Helper()
	if a.status != w.status {
		n.t.Fatalf("answered %d %s, want %d", a.status, a.raw, w.status)
	}
	if code, _ := a.body["code"].(float64); code != w.code {
		n.t.Errorf("code %v, want %v", code, w.code)
	}
	if (a.status == 429 || a.status == 503) && a.header.Get("Retry-After") != "1" {
		n.t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	calls := n.told(len(w.told))
	if got := statusesOf(calls); !slices.Equal(got, w.told) {
		n.t.Errorf("webhooks %v, want %v", got, w.told)
	}
	if len(calls) > 0 {
		if got := calls[len(calls)-1].form.Get("ErrorCode"); got != w.error {
			n.t.Errorf("ErrorCode %q, want %q", got, w.error)
		}
	}
	if taken := n.accepted() == 1; taken != w.taken {
		n.t.Errorf("taken: %t, want %t", taken, w.taken)
	}
	n.quiet()
}

func TestThrottledTwiceThenWorks(t *testing.T) {
	t.Parallel()
	for _, suffix := range []string{"0429", "0503"} {
		n := start(t, simulator.Options{})
		got := []int{}
		for range 6 {
			got = append(got, n.send(n.form("+1555123"+suffix, "hello")).status)
		}
		refused := got[0]
		if !slices.Equal(got, []int{refused, refused, 201, refused, refused, 201}) || refused == 201 {
			t.Errorf("%s: %v", suffix, got)
		}
	}
}

func TestMagicCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.set(`{"magic": false}`)
	if a := n.send(n.form("+15551230010", "hello")); a.status != 201 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

// The tables of the documentation are the tables of the code.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	file, err := os.Open("../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	documented := map[string]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		documented[strings.ReplaceAll(lines.Text(), "|  |", "| |")] = true
	}
	rows := 0
	for line := range documented {
		if strings.HasPrefix(line, "| 0") {
			rows++
		}
	}
	if rows != len(simulator.Recipients()) {
		t.Errorf("%d magic recipients are documented, there are %d", rows, len(simulator.Recipients()))
	}
	for _, r := range simulator.Recipients() {
		if row := "| " + r.Suffix + " | " + r.Outcome + " |"; !documented[row] {
			t.Errorf("not documented: %s", row)
		}
	}
	for _, a := range simulator.Actions() {
		row := strings.ReplaceAll("| "+a.Name+" | "+a.Params+" | "+a.Does+" |", "|  |", "| |")
		if !documented[row] {
			t.Errorf("not documented: %s", row)
		}
	}
}
