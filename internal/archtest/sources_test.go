// Package archtest fails when the code leaves its shape: when a package imports
// in a direction that the architecture does not allow, when a file or a function
// outgrows its welcome, when state hides in a package. It holds only tests, and
// imports nothing of the module.
//
// It reads the sources itself instead of running "go list": go test keeps a
// passing result until a file that the test opened changes, and it does not see
// what a child process opened.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	module = "heliograph"
	root   = "../.."
)

// source is one Go file.
type source struct {
	path  string // from the module's root, with slashes
	dir   string
	test  bool // _test.go
	text  []byte
	lines int
	ast   *ast.File
	fset  *token.FileSet
}

// sources returns every Go file of the module.
func sources(t *testing.T) []*source {
	t.Helper()
	all, err := parse()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var parse = sync.OnceValues(func() ([]*source, error) {
	var all []*source
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && file != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, file, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, &source{
			path: rel, dir: path.Dir(rel), test: strings.HasSuffix(name, "_test.go"),
			text: text, lines: strings.Count(string(text), "\n"), ast: f, fset: fset,
		})
		return nil
	})
	return all, err
})

// at returns where in the module a node is, for a message.
func (f *source) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(n.Pos()).Line)
}

func (f *source) imports() []string {
	var out []string
	for _, spec := range f.ast.Imports {
		imp, _ := strconv.Unquote(spec.Path.Value)
		out = append(out, imp)
	}
	return out
}

// functions calls visit with every declared function.
func (f *source) functions(visit func(*ast.FuncDecl)) {
	for _, d := range f.ast.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			visit(fn)
		}
	}
}

// packages groups files that are not tests by their folder, in order.
func packages(all []*source) (dirs []string, of map[string][]*source) {
	of = map[string][]*source{}
	for _, f := range all {
		if f.test {
			continue
		}
		if of[f.dir] == nil {
			dirs = append(dirs, f.dir)
		}
		of[f.dir] = append(of[f.dir], f)
	}
	slices.Sort(dirs)
	return dirs, of
}
