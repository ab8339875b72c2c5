// Package testkit runs the real program and what it talks to in tests: the
// binary with its data, an HTTP sink for what it tells others, a clock and
// randomness that repeat. Only tests import it. It knows no package of the
// program but the vocabulary: what it tests, it tests from outside.
package testkit

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Deadline is how long anything in a test may take before it is given up. It is
// generous because several packages share the machine; nothing waits for it to
// pass unless the test is about to fail.
const Deadline = 30 * time.Second

// Root returns the folder of go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("go.mod is in no folder above the test")
		}
		dir = up
	}
}

// FreePort returns a TCP port of the loopback interface that nothing listens
// on. Use it only where a program must be restarted on the same port.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
