package simulator

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"sync"
)

// random hands out the simulator's chances and names.
type random struct {
	mu  sync.Mutex
	src rand.Source
}

// sid returns prefix and 32 hexadecimal digits, the form of every Twilio name.
func (r *random) sid(prefix string) string {
	var raw [16]byte
	r.mu.Lock()
	binary.BigEndian.PutUint64(raw[:8], r.src.Uint64())
	binary.BigEndian.PutUint64(raw[8:], r.src.Uint64())
	r.mu.Unlock()
	out := make([]byte, len(prefix)+32)
	copy(out, prefix)
	hex.Encode(out[len(prefix):], raw[:])
	return string(out)
}

// chance is true with probability p.
func (r *random) chance(p float64) bool {
	if p >= 1 {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return float64(r.src.Uint64()>>11)/(1<<53) < p
}
