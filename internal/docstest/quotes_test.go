package docstest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// quoted finds a block of code that says where it is from:
//
//	<!-- from: channel/channel.go -->
//	```go
var quoted = regexp.MustCompile("(?ms)^<!-- from: (\\S+) -->\n+```[a-z]*\n(.*?)^```$")

// TestQuotes: code that a page quotes is in the file it names. Only the
// indentation may differ, and a line of "…" (or "// …") stands for lines that
// are left out.
func TestQuotes(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		for _, m := range quoted.FindAllStringSubmatch(p.text, -1) {
			text, err := os.ReadFile(filepath.Join(root, m[1]))
			if err != nil {
				t.Errorf("%s quotes %s: %v", p.path, m[1], err)
				continue
			}
			rest := flat(string(text))
			for _, part := range elisions.Split(m[2], -1) {
				part = flat(part)
				i := strings.Index(rest, part)
				if i < 0 {
					t.Errorf("%s: %s no longer has what is quoted from it:\n%s", p.path, m[1], part)
					break
				}
				rest = rest[i+len(part):]
			}
		}
	}
}

var elisions = regexp.MustCompile(`(?m)^\s*(?://\s*|--\s*)?…\s*$`)

// flat removes indentation, runs of spaces and empty lines.
func flat(s string) string {
	var lines []string
	for l := range strings.Lines(s) {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}
