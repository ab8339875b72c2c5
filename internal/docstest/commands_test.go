package docstest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"heliograph/internal/testkit"
)

var (
	makeCommand = regexp.MustCompile(`(?m)(?:^|[\s;&])make ([a-z][a-z-]*)`)
	makeTarget  = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	// ourCommand finds "heliograph serve --flag …" at the start of a line, with
	// or without a path before it.
	ourCommand = regexp.MustCompile(`(?m)^(?:\$ |sudo )?(?:\./)?(?:bin/|go run \./cmd/)?heliograph((?: [a-z]+)*)((?: [^\n|;&#]*)?)`)
	flag       = regexp.MustCompile(`--[a-z][a-z-]*`)
	goTest     = regexp.MustCompile(`go test (?:-[^\s]+ )*(\./[^\s` + "`" + `…]*)`)
)

// TestMakeTargets: every make target that a page names exists, and every
// target says what it does.
func TestMakeTargets(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range makeTarget.FindAllStringSubmatch(string(text), -1) {
		targets[m[1]] = true
		if !regexp.MustCompile(`(?m)^` + m[1] + `:.*## \S`).Match(text) {
			t.Errorf("the make target %s does not say what it does", m[1])
		}
	}
	for _, p := range pages(t) {
		for _, m := range makeCommand.FindAllStringSubmatch(p.code(), -1) {
			if !targets[m[1]] {
				t.Errorf("%s: there is no make %s", p.path, m[1])
			}
		}
	}
}

// TestCommands: the program knows every command and flag that a page shows.
func TestCommands(t *testing.T) {
	t.Parallel()
	help := map[string]string{}
	bin := ""
	for _, p := range pages(t) {
		for _, m := range ourCommand.FindAllStringSubmatch(p.code(), -1) {
			command := strings.TrimSpace(m[1])
			if command == "" {
				continue
			}
			if bin == "" {
				bin = testkit.Binary(t)
			}
			text, known := help[command]
			if !known {
				out, err := exec.Command(bin, append(strings.Fields(command), "--help")...).CombinedOutput()
				if err != nil {
					t.Errorf("%s: heliograph %s --help: %v\n%s", p.path, command, err, out)
				}
				text = string(out)
				help[command] = text
			}
			for _, f := range flag.FindAllString(m[2], -1) {
				if !strings.Contains(text, f) {
					t.Errorf("%s: heliograph %s has no %s", p.path, command, f)
				}
			}
		}
	}
}

// TestPackagesNamed: a "go test ./…" that a page shows names folders that exist.
// channel/acme is the page's own example of a channel to be written.
func TestPackagesNamed(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		for _, m := range goTest.FindAllStringSubmatch(p.code(), -1) {
			dir := strings.TrimSuffix(m[1], "/...")
			if dir == "./channel/acme" || dir == "./..." || strings.Contains(dir, "<") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, dir)); err != nil {
				t.Errorf("%s: go test %s: there is no such folder", p.path, m[1])
			}
		}
	}
}
