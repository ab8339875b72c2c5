package archtest

import (
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	storeDir    = "internal/store"
	dialectFile = storeDir + "/dialect.go"
)

var (
	databaseName = regexp.MustCompile(`(?i)sqlite|postgres|pgx`)
	// statement finds text that is surely SQL.
	statement = regexp.MustCompile(`\b(SELECT|UPDATE|DELETE)\b[\s\S]+\b(FROM|SET|WHERE)\b|\bINSERT INTO\b`)
)

// TestOneSQLText: queries are written once for both databases. What differs is
// in dialect.go, or in a file whose first comment says that it is per dialect.
func TestOneSQLText(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.test || f.dir != storeDir || f.path == dialectFile || perDialect(f) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if databaseName.MatchString(n.Name) && !strings.HasPrefix(n.Name, "open") {
					t.Errorf("%s: %s names a database; say it in dialect.go, or begin the file with a comment that says it is per dialect", f.at(n), n.Name)
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING && databaseName.MatchString(n.Value) {
					t.Errorf("%s: %.60s names a database; say it in dialect.go, or begin the file with a comment that says it is per dialect", f.at(n), n.Value)
				}
			case *ast.ImportSpec:
				return false
			}
			return true
		})
	}
}

// perDialect reports whether the comments before the file's first declaration
// say so.
func perDialect(f *source) bool {
	for _, c := range f.ast.Comments {
		if len(f.ast.Decls) > 1 && c.Pos() > f.ast.Decls[1].Pos() {
			return false
		}
		if strings.Contains(strings.Join(strings.Fields(c.Text()), " "), "per dialect") {
			return true
		}
	}
	return false
}

// TestSQLOnlyInStore: rules that hide in queries elsewhere cannot be checked on
// both databases by the store's tests.
func TestSQLOnlyInStore(t *testing.T) {
	t.Parallel()
	mayHave := []string{"store", "store-test", "testkit", "bench", "archtest"}
	for _, f := range sources(t) {
		if l := layerOf(f.dir); f.test || l == nil || slices.Contains(mayHave, l.name) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && statement.MatchString(lit.Value) {
				t.Errorf("%s: SQL belongs to %s: %.60s", f.at(n), storeDir, lit.Value)
			}
			return true
		})
	}
}

// banned are spellings that one of the databases refuses or, worse, takes to
// mean something else.
var banned = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`(?i)cast\s*\([^)]*as\s+jsonb\s*\)\s*->>`), "is silently NULL on SQLite: declare the column JSONB"},
	{regexp.MustCompile(`(?i)\bilike\b`), "is unknown to SQLite: compare lower() with lower()"},
	{regexp.MustCompile(`(?i)\bnow\(\)|\bcurrent_timestamp\b`), "hides the clock: pass the time"},
	{regexp.MustCompile(`(?i)\bdelete\s+from\s+\w+(\s+\w+)?\s+using\b`), "is unknown to SQLite: use WHERE … IN (SELECT …)"},
	{regexp.MustCompile(`(?i)\bserial\b|\bidentity\b`), "is not portable: ids are made in Go"},
}

func TestPortableSQL(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.test || f.dir != storeDir || perDialect(f) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && statement.MatchString(lit.Value) {
				checkPortable(t, f.at(n), lit.Value)
			}
			return true
		})
	}
	migrations, err := filepath.Glob(filepath.Join(root, storeDir, "migrations/*.sql"))
	if err != nil || len(migrations) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range migrations {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		checkPortable(t, name, regexp.MustCompile(`--.*`).ReplaceAllString(string(text), ""))
	}
}

func checkPortable(t *testing.T, where, query string) {
	for _, b := range banned {
		if hit := b.pattern.FindString(query); hit != "" {
			t.Errorf("%s: %q %s", where, hit, b.why)
		}
	}
}
