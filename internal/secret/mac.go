package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// macBytes is how much of a MAC is kept: 128 bits, which is short enough for
// the local part of an e-mail address (RFC 5321: 64 octets).
const macBytes = 16

// MAC authenticates text that leaves the house and comes back, such as the
// address that a mail is answered to: 32 hex digits. A MAC for one purpose says
// nothing for another.
func (r *Ring) MAC(purpose, text string) string { return mac(r.keys[0].mac, purpose, text) }

// VerifyMAC reports whether sum is the MAC of text by any key of the ring.
func (r *Ring) VerifyMAC(purpose, text, sum string) bool {
	for _, k := range r.keys {
		if hmac.Equal([]byte(mac(k.mac, purpose, text)), []byte(sum)) {
			return true
		}
	}
	return false
}

func mac(key []byte, purpose, text string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose + "\x00" + text))
	return hex.EncodeToString(h.Sum(nil)[:macBytes])
}
