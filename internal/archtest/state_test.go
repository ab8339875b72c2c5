package archtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// calls are the functions whose result a package may keep in a variable,
// because it never changes afterwards.
var calls = map[string]string{
	"errors.New":            "an error value",
	"heliograph.Errorf":     "an error value",
	"regexp.MustCompile":    "compiled once, read only",
	"template.Must":         "parsed once, read only",
	"strings.NewReplacer":   "built once, read only",
	"sync.OnceFunc":         "computed once, then read only",
	"sync.OnceValue":        "computed once, then read only",
	"sync.OnceValues":       "computed once, then read only",
	"reflect.TypeFor":       "a constant of the type system",
	"language.MustParse":    "a constant of a standard",
	"cases.Fold":            "read only",
	"netip.MustParsePrefix": "a constant that const cannot spell",
	"time.Date":             "a constant that const cannot spell",
}

// TestNoMutableState: a package holds no state. A package variable is a table
// or a value that nothing writes to after it was declared; everything else
// lives in a value that someone was handed.
func TestNoMutableState(t *testing.T) {
	t.Parallel()
	dirs, of := packages(sources(t))
	for _, dir := range dirs {
		checkState(t, of[dir])
	}
}

func checkState(t *testing.T, files []*source) {
	var asts []*ast.File
	for _, f := range files {
		asts = append(asts, f.ast)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	// Only this package's own names matter, so errors about what it imports are
	// ignored.
	cfg := types.Config{Error: func(error) {}, Importer: nothing{}, FakeImportC: true}
	pkg, _ := cfg.Check(files[0].dir, files[0].fset, asts, info)

	for _, f := range files {
		for _, d := range f.ast.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, spec := range g.Specs {
					checkVar(t, f, g, spec.(*ast.ValueSpec))
				}
			}
		}
		checkWrites(t, f, pkg, info)
	}
}

// nothing imports every package as an empty one.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	name := path[strings.LastIndex(path, "/")+1:]
	p := types.NewPackage(path, name)
	p.MarkComplete()
	return p, nil
}

// checkVar looks at how a package variable begins.
func checkVar(t *testing.T, f *source, decl *ast.GenDecl, spec *ast.ValueSpec) {
	if spec.Names[0].Name == "_" || embedded(decl, spec) {
		return
	}
	if len(spec.Values) == 0 {
		t.Errorf("%s: %s is declared without a value, so something must write to it", f.at(spec), spec.Names[0].Name)
	}
	for _, v := range spec.Values {
		if why := suspicious(v); why != "" {
			t.Errorf("%s: %s %s: put it in a value that is handed to those who need it", f.at(spec), spec.Names[0].Name, why)
		}
	}
}

// embedded reports whether the variable is filled by the compiler.
func embedded(decl *ast.GenDecl, spec *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{decl.Doc, spec.Doc} {
		if doc == nil {
			continue
		}
		for _, c := range doc.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// suspicious returns what is wrong with a first value; "" when it may be a
// table or a constant.
func suspicious(v ast.Expr) string {
	switch v := v.(type) {
	case *ast.BasicLit, *ast.Ident, *ast.SelectorExpr, *ast.FuncLit, *ast.BinaryExpr:
		return ""
	case *ast.UnaryExpr:
		return suspicious(v.X)
	case *ast.CompositeLit:
		if name := typesText(v.Type); name != "sync.Pool" && (strings.HasPrefix(name, "sync.") || strings.HasPrefix(name, "atomic.")) {
			return "is a " + name
		}
		return ""
	case *ast.CallExpr:
		switch fn := v.Fun.(type) {
		case *ast.FuncLit: // func() T { … }()
			return ""
		case *ast.ArrayType, *ast.MapType, *ast.ParenExpr: // a conversion
			return ""
		case *ast.Ident:
			if fn.Name == "make" || fn.Name == "new" {
				return "begins empty, so something must write to it"
			}
			return ""
		default:
			if name := typesText(fn); calls[name] == "" {
				return "keeps the result of " + name + ", which is not among the calls known to be read only"
			}
		}
	}
	return ""
}

func typesText(e ast.Expr) string {
	if i, ok := e.(*ast.IndexExpr); ok { // an instance of a generic
		e = i.X
	}
	if e == nil {
		return ""
	}
	return types.ExprString(e)
}

// checkWrites looks for assignments to package variables.
func checkWrites(t *testing.T, f *source, pkg *types.Package, info *types.Info) {
	report := func(e ast.Expr) {
		id := rootOf(e)
		if id == nil {
			return
		}
		if v, ok := info.Uses[id].(*types.Var); ok && pkg != nil && v.Parent() == pkg.Scope() {
			t.Errorf("%s: writes to the package variable %s", f.at(e), id.Name)
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				report(l)
			}
		case *ast.IncDecStmt:
			report(n.X)
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
				report(n.Args[0])
			}
		}
		return true
	})
}

// rootOf returns the variable at the bottom of x, x.f, x[i] and *x.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch v := e.(type) {
		case *ast.Ident:
			return v
		case *ast.SelectorExpr:
			e = v.X
		case *ast.IndexExpr:
			e = v.X
		case *ast.StarExpr:
			e = v.X
		case *ast.ParenExpr:
			e = v.X
		default:
			return nil
		}
	}
}
