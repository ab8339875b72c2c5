package handset

import (
	"bytes"
	"sync"
)

// storage is what the app keeps on the phone: it outlives the app's process, and
// dies with the app.
type storage struct {
	mu     sync.Mutex
	values map[string][]byte
}

func newStorage() *storage { return &storage{values: map[string][]byte{}} }

// Load implements client.Storage.
func (s *storage) Load(key string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.values[key]), nil
}

// Save implements client.Storage.
func (s *storage) Save(key string, value []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(value) == 0 {
		delete(s.values, key)
		return nil
	}
	s.values[key] = bytes.Clone(value)
	return nil
}
