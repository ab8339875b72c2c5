package client

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// state is what outlives the program, but for unsent messages.
type state struct {
	Session      string        `json:"session,omitempty"`
	UserID       string        `json:"userId,omitempty"` // as the app named it
	JWT          string        `json:"jwt,omitempty"`
	User         *User         `json:"user,omitempty"`
	Conversation *Conversation `json:"-"`
	// Talk is the conversation that Cursor belongs to.
	Talk   string `json:"conversation,omitempty"`
	Cursor string `json:"cursor,omitempty"` // of the newest message that came
	Told   string `json:"told,omitempty"`   // of the newest message that the listener was told

	Push       *pushToken `json:"push,omitempty"`
	PushOf     string     `json:"pushOf,omitempty"` // the session that Push was registered with
	Logouts    []logout   `json:"logouts,omitempty"`
	PushEvents []pushFate `json:"pushEvents,omitempty"`
	Unsent     []*unsent  `json:"unsent,omitempty"`
}

// disk is the storage with what the client keeps there.
type disk struct {
	device string

	mu      sync.Mutex
	storage Storage
}

const (
	keyDevice = "device"
	keyState  = "state"
)

func openDisk(s *Settings) (*disk, error) {
	d := &disk{storage: s.Storage}
	if d.storage == nil {
		d.storage = &memory{values: map[string][]byte{}}
		if s.StorageDir != "" {
			files, err := NewFileStorage(s.StorageDir)
			if err != nil {
				return nil, err
			}
			d.storage = files
		}
	}
	id, err := d.storage.Load(keyDevice)
	if err != nil {
		return nil, fmt.Errorf("read the device's id: %w", err)
	}
	if d.device = strings.TrimSpace(string(id)); d.device == "" {
		d.device = rand.Text() + rand.Text()[:6] // 32 letters and digits
		if err := d.storage.Save(keyDevice, []byte(d.device)); err != nil {
			return nil, fmt.Errorf("keep the device's id: %w", err)
		}
	}
	return d, nil
}

// read gets the state as it was kept. What was not yet told is to come again.
func (d *disk) read(s *state) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, err := d.storage.Load(keyState)
	if err != nil {
		return fmt.Errorf("read the device's state: %w", err)
	}
	if len(b) == 0 {
		return nil
	}
	if err := json.Unmarshal(b, s); err != nil {
		*s = state{} // not ours, or of a disk that failed: the server knows the rest
	}
	s.Cursor = s.Told
	return nil
}

func (d *disk) write(s *state) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.storage.Save(keyState, b)
}

func (d *disk) file(key string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.storage.Load("file-" + key)
}

func (d *disk) keepFile(key string, data []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.storage.Save("file-"+key, data)
}

// keep writes the state. A disk that fails loses what would outlive the program,
// and nothing else; where that matters the caller asks disk itself. The caller
// holds mu.
func (c *Client) keep() { _ = c.disk.write(&c.state) }
