package client

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Storage keeps what must outlive the program. Keys are lower-case letters,
// digits and "-". It holds secrets: nobody else may read it. It is called by one
// goroutine at a time.
type Storage interface {
	// Load returns what was saved under a key; nothing when nothing was.
	Load(key string) ([]byte, error)
	// Save keeps value until it is replaced; an empty one removes the key.
	Save(key string, value []byte) error
}

// FileStorage keeps one file for every key.
type FileStorage struct{ dir string }

// NewFileStorage keeps files in a folder, which is made if it is not there.
func NewFileStorage(dir string) (*FileStorage, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &FileStorage{dir: dir}, nil
}

// Load implements Storage.
func (s *FileStorage) Load(key string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// Save implements Storage. Whoever reads finds the old value or the new one,
// whole.
func (s *FileStorage) Save(key string, value []byte) error {
	path := filepath.Join(s.dir, key)
	if len(value) == 0 {
		if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	f, err := os.CreateTemp(s.dir, "."+key+"-*") // for the owner alone
	if err != nil {
		return err
	}
	_, err = f.Write(value)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// memory keeps nothing beyond the program.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

func (m *memory) Load(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[key], nil
}

func (m *memory) Save(key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(value) == 0 {
		delete(m.values, key)
		return nil
	}
	m.values[key] = append([]byte(nil), value...)
	return nil
}
