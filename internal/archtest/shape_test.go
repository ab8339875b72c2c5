package archtest

import (
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The budgets.
const (
	maxFileLines     = 600
	maxFunctionLines = 80
	maxLongShare     = 0.03 // of functions that may be longer
	maxDirectDeps    = 30
)

// buckets are names that say nothing of what a package holds.
var buckets = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "types", "base", "manager", "misc", "shared", "lib"}

func TestNames(t *testing.T) {
	t.Parallel()
	dirs, _ := packages(sources(t))
	for _, dir := range dirs {
		if slices.Contains(buckets, path.Base(dir)) {
			t.Errorf("%s: name the package for what it holds", dir)
		}
	}
}

func TestPackageComments(t *testing.T) {
	t.Parallel()
	dirs, of := packages(sources(t))
	for _, dir := range dirs {
		if !slices.ContainsFunc(of[dir], func(f *source) bool { return f.ast.Doc != nil }) {
			t.Errorf("%s has no package comment: say what it is for and what it must not do", dir)
		}
	}
}

func TestFileLength(t *testing.T) {
	t.Parallel()
	var lengths []int
	for _, f := range sources(t) {
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines; the most is %d", f.path, f.lines, maxFileLines)
		}
		if !f.test {
			lengths = append(lengths, f.lines)
		}
	}
	slices.Sort(lengths)
	n := len(lengths)
	t.Logf("%d files, median %d lines, 90 %% under %d, longest %d", n, lengths[n/2], lengths[n*9/10], lengths[n-1])
}

func TestFunctionLength(t *testing.T) {
	t.Parallel()
	total, long := 0, []string{}
	for _, f := range sources(t) {
		if f.test {
			continue
		}
		f.functions(func(fn *ast.FuncDecl) {
			total++
			if n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1; n > maxFunctionLines {
				long = append(long, f.at(fn)+" "+fn.Name.Name)
			}
		})
	}
	t.Logf("%d of %d functions are longer than %d lines: %s", len(long), total, maxFunctionLines, strings.Join(long, ", "))
	if float64(len(long)) > maxLongShare*float64(total) {
		t.Errorf("that is more than %.0f %%", maxLongShare*100)
	}
}

func TestNoInitFunctions(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		f.functions(func(fn *ast.FuncDecl) {
			if fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: no init functions: list things explicitly in internal/app", f.at(fn))
			}
		})
	}
}

// TestNoSleepsInTests: a test that sleeps is slow when it passes and wrong when
// the machine is slow. Inside a synctest bubble time is not real.
func TestNoSleepsInTests(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if l := layerOf(f.dir); !f.test && (l == nil || !slices.Contains(forTests, l.name)) {
			continue
		}
		if slices.Contains(f.imports(), "testing/synctest") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Sleep" {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "time" {
					t.Errorf("%s: wait for a signal, or use a clock that the test moves", f.at(n))
				}
			}
			return true
		})
	}
}

func TestDirectDependencies(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	requirement := regexp.MustCompile(`(?m)^(?:require )?\s*[^\s/]+\.[^\s]+ v\S+$`)
	direct := requirement.FindAllString(string(text), -1)
	t.Logf("%d direct dependencies", len(direct))
	if len(direct) > maxDirectDeps {
		t.Errorf("%d direct dependencies; the most is %d", len(direct), maxDirectDeps)
	}
}
