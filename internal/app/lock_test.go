package app

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestLockDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := lockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = lockDir(dir)
	if err == nil {
		t.Fatal("two locks on one folder")
	}
	for _, want := range []string{fmt.Sprintf("process %d", os.Getpid()), dir, "--data", "--database-url"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if err := first.release(); err != nil {
		t.Fatal(err)
	}
	again, err := lockDir(dir)
	if err != nil {
		t.Fatalf("after it was given free: %v", err)
	}
	_ = again.release()
}

func TestLockDirThatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := lockDir(t.TempDir() + "/missing"); err == nil {
		t.Error("a missing folder was locked")
	}
}
