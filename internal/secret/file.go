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

// Load is Read that makes a missing file, with a new key, readable by its owner
// only; made then tells so. It is for a database that no key was used with yet:
// a new key cannot read what another one has sealed.
func Load(text heliograph.Secret, path string) (ring *Ring, made bool, err error) {
	if ring, err = Read(text, path); !errors.Is(err, fs.ErrNotExist) {
		return ring, false, err
	}
	switch err = create(path); {
	case err == nil:
		made = true
	case !errors.Is(err, fs.ErrExist): // else another process was faster
		return nil, false, fmt.Errorf("the master key: %w", err)
	}
	ring, err = Read(text, path)
	return ring, made && err == nil, err
}

// Read returns the ring of text, or, when text is empty, of the file at path.
// fs.ErrNotExist is in the chain of the error for a file that is missing.
func Read(text heliograph.Secret, path string) (*Ring, error) {
	if text != "" {
		ring, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("HELIOGRAPH_MASTER_KEY cannot be used: %w", err)
		}
		return ring, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the master key: %w", err)
	}
	ring, err := Parse(heliograph.Secret(b))
	if err != nil {
		return nil, fmt.Errorf("the master key in %s cannot be used: %w", path, err)
	}
	return ring, nil
}

// create writes a new key so that it is either whole or absent at path.
func create(path string) error {
	key := make([]byte, KeyBytes)
	if _, err := rand.Read(key); err != nil {
		return err
	}
	text := []byte("# Heliograph's master key. Without it the secrets in the database cannot be read: keep a copy apart from the backups.\n" +
		base64.StdEncoding.EncodeToString(key) + "\n")
	f, err := os.CreateTemp(filepath.Dir(path), ".master-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	// Link, unlike Rename, never replaces a key that is already there.
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
