package docstest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	dropped  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	external = regexp.MustCompile(`^[a-z]+:`)
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(p.prose(), -1) {
			target := m[1] + m[2]
			if external.MatchString(target) {
				continue
			}
			file, anchor, _ := strings.Cut(target, "#")
			path := filepath.Join(root, filepath.Dir(p.path), file)
			if file == "" {
				path = filepath.Join(root, p.path)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: the link %s leads nowhere", p.path, target)
				continue
			}
			if anchor != "" && !hasAnchor(t, path, anchor) {
				t.Errorf("%s: the link %s leads to a heading that is not there", p.path, target)
			}
		}
	}
}

// hasAnchor reports whether a Markdown file has a heading with that anchor, in
// GitHub's way of making anchors.
func hasAnchor(t *testing.T, path, anchor string) bool {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for _, m := range heading.FindAllStringSubmatch(string(text), -1) {
		words := dropped.ReplaceAllString(strings.ToLower(m[1]), "")
		if strings.ReplaceAll(words, " ", "-") == anchor {
			return true
		}
	}
	return false
}

// TestEveryPageIsReachable: a page that nothing links to is read by nobody.
func TestEveryPageIsReachable(t *testing.T) {
	t.Parallel()
	linked := map[string]bool{"README.md": true}
	all := pages(t)
	for _, p := range all {
		for _, m := range link.FindAllStringSubmatch(p.prose(), -1) {
			file, _, _ := strings.Cut(m[1]+m[2], "#")
			target := filepath.ToSlash(filepath.Join(filepath.Dir(p.path), file))
			if target != p.path {
				linked[target] = true
			}
			// A link to a folder stands for its pages.
			if dir, err := os.Stat(filepath.Join(root, target)); err == nil && dir.IsDir() {
				for _, q := range all {
					linked[q.path] = linked[q.path] || strings.HasPrefix(q.path, target+"/")
				}
			}
		}
	}
	for _, p := range all {
		if !linked[p.path] {
			t.Errorf("%s: no page links to it", p.path)
		}
	}
}
