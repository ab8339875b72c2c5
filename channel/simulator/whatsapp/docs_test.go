package whatsapp_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/whatsapp"
)

// The tables of the documentation are the tables of the code.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../docs/simulator/whatsapp.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(raw), "\n")
	want := func(row string) {
		t.Helper()
		if row = strings.ReplaceAll(row, "|  |", "| |"); !slices.Contains(lines, row) {
			t.Errorf("not documented: %s", row)
		}
	}
	rows := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "| 0") {
			rows++
		}
	}
	if rows != len(whatsapp.Recipients()) {
		t.Errorf("%d magic recipients are documented, there are %d", rows, len(whatsapp.Recipients()))
	}
	for _, r := range whatsapp.Recipients() {
		want("| " + r.Suffix + " | " + r.Outcome + " |")
	}
	common := map[string]bool{}
	for _, a := range simulator.CommonActions() {
		common[a.Name] = true
	}
	for _, a := range whatsapp.Actions() {
		if !common[a.Name] {
			want("| " + a.Name + " | " + a.Params + " | " + a.Does + " |")
		}
	}
	settings := map[string]any{}
	fields, _ := json.Marshal(whatsapp.DefaultSettings())
	_ = json.Unmarshal(fields, &settings)
	for name, value := range settings {
		shown, _ := json.Marshal(value)
		start := "| " + name + " | " + string(shown) + " | "
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, start) }) {
			t.Errorf("not documented: %s", start)
		}
	}
}
