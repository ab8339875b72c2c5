package profile_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain makes random tests shorter than usual: each of their steps waits for
// a disk. For a longer search: go test ./internal/profile -rapid.checks=1000
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := flag.Set("rapid.checks", "25"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
