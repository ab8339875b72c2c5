// Package docstest keeps the documentation true: links lead somewhere, the
// commands it names exist, code that it quotes is the code, and the table of
// dependencies is the list in go.mod. It holds only tests.
package docstest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// page is one Markdown file.
type page struct {
	path string // from the module's root
	text string
}

func pages(t *testing.T) []page {
	t.Helper()
	var all []page
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(file) != ".md" {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, file)
		all = append(all, page{filepath.ToSlash(rel), string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// fences finds blocks of code; the first group is the language, the second the code.
var fences = regexp.MustCompile("(?ms)^```([a-z]*)[^\n]*\n(.*?)^```$")

// prose returns the page without its blocks of code.
func (p page) prose() string { return fences.ReplaceAllString(p.text, "") }

// code returns what the page shows as code: its blocks, and what stands
// between backticks.
func (p page) code() string {
	var b strings.Builder
	for _, m := range fences.FindAllStringSubmatch(p.text, -1) {
		b.WriteString(m[2] + "\n")
	}
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(p.prose(), -1) {
		b.WriteString(m[1] + "\n")
	}
	return b.String()
}
