package secret

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"heliograph"
)

func TestLoadMakesAKeyOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	first, made, err := Load("", path)
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	again, made, err := Load("", path)
	if err != nil || made {
		t.Fatalf("made %v, %v", made, err)
	}
	sealed, _ := first.Seal([]byte("x"), "c")
	if got, err := again.Open(sealed, "c"); err != nil || string(got) != "x" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestLoadTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	rings := make([]*Ring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() { rings[i], _, _ = Load("", path) })
	}
	wg.Wait()
	sealed, _ := rings[0].Seal([]byte("x"), "c")
	for i, r := range rings {
		if r == nil {
			t.Fatalf("process %d has no key", i)
		}
		if _, err := r.Open(sealed, "c"); err != nil {
			t.Errorf("process %d has another key: %v", i, err)
		}
	}
}

func TestLoadPrefersTheEnvironment(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	if _, made, err := Load(heliograph.Secret(base64.StdEncoding.EncodeToString(key(3))), path); err != nil || made {
		t.Errorf("made %v, %v", made, err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was made although a key was given")
	}
	if _, _, err := Load("nonsense", path); err == nil {
		t.Error("a broken key was replaced silently")
	}
}

func TestLoadBrokenFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Load("", path); err == nil {
		t.Error("an empty key file was accepted")
	}
}
