package testkit

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// build makes the binary once per test process. It replaces the one of the run
// before in a single step, so that tests of several packages may do so at once.
var build = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "heliograph-test")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	fresh := filepath.Join(dir, fmt.Sprintf("heliograph.%d", os.Getpid()))
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", fresh, "heliograph/cmd/heliograph")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	bin := filepath.Join(dir, "heliograph")
	return bin, os.Rename(fresh, bin)
})

// Binary returns the program's path: HELIOGRAPH_BIN when it is set, else a
// fresh build.
func Binary(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv("HELIOGRAPH_BIN"); bin != "" {
		// go test keeps a passing result until a file that the test looked at
		// changes: so look at it.
		if _, err := os.Stat(bin); err != nil {
			t.Fatalf("HELIOGRAPH_BIN: %v", err)
		}
		return bin
	}
	lookAtSources(t)
	bin, err := build()
	if err != nil {
		t.Fatalf("the program does not build: %v", err)
	}
	return bin
}

// lookAtSources makes the cached result of a test depend on every source file.
func lookAtSources(t testing.TB) {
	t.Helper()
	err := filepath.WalkDir(Root(t), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "bin") {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
