package webpush

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

// What RFC 8188 and 8291 lay down.
const (
	recordSize = 4096
	saltSize   = 16
	keySize    = 65 // of an uncompressed point
	overhead   = saltSize + 4 + 1 + keySize + 1 + 16
	// maxText is how much fits into what every push service takes: 4096 bytes.
	maxText = recordSize - overhead
)

// encrypt writes text so that only the browser can read it (RFC 8291, one record
// of aes128gcm). own is a key for this one message, and salt 16 random bytes.
func encrypt(text []byte, browser *ecdh.PublicKey, auth []byte, own *ecdh.PrivateKey, salt []byte) ([]byte, error) {
	if len(text) > maxText || len(salt) != saltSize {
		return nil, errors.New("the text is too long for one record")
	}
	shared, err := own.ECDH(browser)
	if err != nil {
		return nil, err
	}
	info := "WebPush: info\x00" + string(browser.Bytes()) + string(own.PublicKey().Bytes())
	ikm, err := hkdf.Key(sha256.New, shared, auth, info, 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, overhead+len(text))
	out = append(out, salt...)
	out = binary.BigEndian.AppendUint32(out, recordSize)
	out = append(out, keySize)
	out = append(out, own.PublicKey().Bytes()...)
	last := append(append(make([]byte, 0, len(text)+1), text...), 2) // 2 ends the last record
	return gcm.Seal(out, nonce, last, nil), nil
}
