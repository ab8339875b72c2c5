package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/url"
	"strconv"
	"sync"

	"heliograph"
)

// target is a webhook made ready for calls.
type target struct {
	hook *heliograph.Webhook
	url  *url.URL
	key  []string // the value of X-API-Key
	macs sync.Pool
}

func newTarget(h *heliograph.Webhook) (*target, error) {
	u, err := url.Parse(h.Target)
	if err != nil {
		return nil, err
	}
	secret := []byte(h.Secret.Reveal())
	t := &target{hook: h, url: u, key: []string{h.Secret.Reveal()}}
	// A hash that was reset once keeps its key's inner state, which halves the
	// cost of signing a short body.
	t.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, secret)} }
	return t, nil
}

// sign appends the signature header of a body: t=<unix seconds>,v1=<hex of
// HMAC-SHA256 over the seconds, a dot and the body, keyed with the secret>.
func (t *target) sign(dst []byte, unix int64, body []byte) []byte {
	m := t.macs.Get().(*mac)
	m.Reset()
	start := len(dst) + len("t=")
	dst = append(strconv.AppendInt(append(dst, "t="...), unix, 10), '.')
	m.Write(dst[start:])
	m.Write(body)
	dst = append(dst[:len(dst)-1], ",v1="...)
	dst = hex.AppendEncode(dst, m.Sum(m.sum[:0]))
	t.macs.Put(m)
	return dst
}

// mac is a keyed hash with room for its sum.
type mac struct {
	hash.Hash
	sum [sha256.Size]byte
}
