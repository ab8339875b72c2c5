// Package secret encrypts what must not be readable in a copy of the database:
// provider credentials, key secrets, webhook secrets. It knows keys and bytes;
// where either is kept is not its business, except for the master key's file.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"heliograph"
)

// KeyBytes is the length of a master key.
const KeyBytes = 32

// ErrWrongKey is in the chain of errors for values sealed under a key that the
// ring does not have.
var ErrWrongKey = errors.New("it was sealed with another master key")

// Ring seals with its first key and opens with any: to rotate, put a new key in
// front and keep the old ones until nothing is sealed with them any more.
//
// A sealed value is one byte that names the key, then what AES-256-GCM with a
// random nonce makes of the text and its context. A ring is safe for concurrent use.
type Ring struct{ keys []ringKey }

type ringKey struct {
	name byte // the first byte of the key's hash
	aead cipher.AEAD
	mac  []byte // the key of MAC
}

// NewRing returns a ring of keys of KeyBytes each.
func NewRing(keys ...[]byte) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("no master key")
	}
	r := &Ring{}
	for i, k := range keys {
		if len(k) != KeyBytes {
			return nil, fmt.Errorf("master key %d has %d bytes; %d are needed", i+1, len(k), KeyBytes)
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("heliograph master key name\x00"), k...))
		mac := sha256.Sum256(append([]byte("heliograph mac key\x00"), k...))
		r.keys = append(r.keys, ringKey{name: sum[0], aead: aead, mac: mac[:]})
	}
	return r, nil
}

// Parse reads keys in base64, the current one first, separated by commas,
// spaces or line ends. Lines that begin with # are notes.
func Parse(text heliograph.Secret) (*Ring, error) {
	var keys [][]byte
	for line := range strings.Lines(text.Reveal()) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
			k, err := base64.StdEncoding.DecodeString(word)
			if err != nil {
				return nil, fmt.Errorf("master key %d is not base64", len(keys)+1)
			}
			keys = append(keys, k)
		}
	}
	return NewRing(keys...)
}

// Seal encrypts plain. context (for example the table and row it belongs to) is
// authenticated, so that a sealed value cannot be moved elsewhere.
func (r *Ring) Seal(plain []byte, context string) ([]byte, error) {
	k := r.keys[0]
	out := make([]byte, 1, 1+len(plain)+k.aead.Overhead())
	out[0] = k.name
	return k.aead.Seal(out, nil, plain, []byte(context)), nil
}

// Open decrypts what Seal made with the same context.
func (r *Ring) Open(sealed []byte, context string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, errors.New("a sealed value is empty")
	}
	known := false
	for _, k := range r.keys {
		if k.name != sealed[0] {
			continue
		}
		known = true
		if plain, err := k.aead.Open(nil, nil, sealed[1:], []byte(context)); err == nil {
			return plain, nil
		}
	}
	if !known {
		return nil, fmt.Errorf("a secret cannot be read: %w", ErrWrongKey)
	}
	return nil, errors.New("a secret cannot be read: it was changed, or belongs elsewhere")
}

// Stale reports whether sealed was made with a key other than the current one,
// and should be sealed again.
func (r *Ring) Stale(sealed []byte) bool {
	return len(sealed) > 0 && sealed[0] != r.keys[0].name
}
