package docstest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	requirement = regexp.MustCompile(`(?m)^(?:require )?\s*([^\s/]+\.[^\s]+) v\S+$`)
	row         = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^|]+) \\|")
)

// permissive are the licences that a dependency of the program may have. The
// MPL is fine, unmodified, for what only tests use.
var permissive = []string{"MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "ISC", "MPL-2.0 (tests only)"}

// TestDependencies: docs/dependencies.md lists every direct dependency with a
// licence we can live with, and nothing else.
func TestDependencies(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(root, "docs/dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(table), -1) {
		listed[m[1]] = strings.TrimSpace(m[2])
	}
	for _, m := range requirement.FindAllStringSubmatch(string(mod), -1) {
		licence, ok := listed[m[1]]
		delete(listed, m[1])
		switch {
		case !ok:
			t.Errorf("docs/dependencies.md does not list %s", m[1])
		case !slices.Contains(permissive, licence):
			t.Errorf("%s: the licence %q is not among %v", m[1], licence, permissive)
		}
	}
	for name := range listed {
		t.Errorf("docs/dependencies.md lists %s, which go.mod does not require", name)
	}
}
