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

// headerSize is that of a record's header: salt, record size, and the sender's key
// with its length.
const headerSize = 16 + 4 + 1 + 65

// decrypt opens a body of the content coding aes128gcm as RFC 8291 has it: one
// record.
func (b *browser) decrypt(body []byte) ([]byte, error) {
	if len(body) < headerSize+1+16 {
		return nil, errors.New("the body is shorter than one record")
	}
	salt, rest := body[:16], body[16:]
	size, keyLength := binary.BigEndian.Uint32(rest), int(rest[4])
	if keyLength != 65 {
		return nil, errors.New("the key id is not a P-256 point")
	}
	point, record := rest[5:70], rest[70:]
	if size < 18 || uint64(len(record)) > uint64(size) {
		return nil, errors.New("the body has more than one record")
	}
	sender, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, errors.New("the key id is not a P-256 point")
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		return nil, err
	}
	secret, err := hkdf.Key(sha256.New, shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(point), 32)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
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
	padded, err := gcm.Open(nil, nonce, record, nil)
	if err != nil {
		return nil, errors.New("it was encrypted for another browser")
	}
	return unpad(padded)
}

// unpad removes the zeros at the end and the 2 that marks the last record.
func unpad(padded []byte) ([]byte, error) {
	end := len(padded)
	for end > 0 && padded[end-1] == 0 {
		end--
	}
	if end == 0 || padded[end-1] != 2 {
		return nil, errors.New("the record is not marked as the last one")
	}
	return padded[:end-1], nil
}
