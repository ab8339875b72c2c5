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
	t.macs.New = func() any { return hmac.New(sha256.New, secret) }
	return t, nil
}

// sign returns the signature header of a body: t=<unix seconds>,v1=<hex of
// HMAC-SHA256 over the seconds, a dot and the body, keyed with the secret>.
func (t *target) sign(unix int64, body []byte) string {
	var room [128]byte
	out := strconv.AppendInt(append(room[:0], "t="...), unix, 10)
	mac := t.macs.Get().(hash.Hash)
	mac.Reset()
	mac.Write(out[len("t="):])
	mac.Write([]byte{'.'})
	mac.Write(body)
	var sum [sha256.Size]byte
	out = hex.AppendEncode(append(out, ",v1="...), mac.Sum(sum[:0]))
	t.macs.Put(mac)
	return string(out)
}
