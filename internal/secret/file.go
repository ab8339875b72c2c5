package secret

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"heliograph"
)

// Load returns the ring of text, or, when text is empty, of the file at path.
// A file that is missing is made, with a new key, readable by its owner only;
// made then tells so.
func Load(text heliograph.Secret, path string) (ring *Ring, made bool, err error) {
	if text != "" {
		ring, err = Parse(text)
		if err != nil {
			return nil, false, fmt.Errorf("HELIOGRAPH_MASTER_KEY cannot be used: %w", err)
		}
		return ring, false, nil
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if b, err = create(path); err == nil {
			made = true
		} else if errors.Is(err, fs.ErrExist) { // another process was faster
			b, err = os.ReadFile(path)
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("the master key: %w", err)
	}
	if ring, err = Parse(heliograph.Secret(b)); err != nil {
		return nil, false, fmt.Errorf("the master key in %s cannot be used: %w", path, err)
	}
	return ring, made, nil
}

// create writes a new key so that it is either whole or absent at path.
func create(path string) ([]byte, error) {
	key := make([]byte, KeyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	text := []byte("# Heliograph's master key. Without it the secrets in the database cannot be read: keep a copy apart from the backups.\n" +
		base64.StdEncoding.EncodeToString(key) + "\n")
	f, err := os.CreateTemp(filepath.Dir(path), ".master-key-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	// Link, unlike Rename, never replaces a key that is already there.
	if err := os.Link(f.Name(), path); err != nil {
		return nil, err
	}
	return text, syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
