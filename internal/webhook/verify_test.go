package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"heliograph/internal/testkit"
)

// authentic reports whether a webhook's call comes from who knows the secret,
// and was signed within the last five minutes.
func authentic(header http.Header, body []byte, secret string, now time.Time) bool {
	t, signature, _ := strings.Cut(header.Get("X-Signature"), ",v1=")
	t = strings.TrimPrefix(t, "t=")
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	want := hex.EncodeToString(mac.Sum(nil))
	seconds, err := strconv.ParseInt(t, 10, 64)
	age := now.Sub(time.Unix(seconds, 0))
	return err == nil && age.Abs() < 5*time.Minute && hmac.Equal([]byte(signature), []byte(want))
}

// TestSignature keeps the documentation's example true.
func TestSignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	w.happen(w.ids.Conversation(), 1)
	r := sink.WaitCount(t, 1)[0]
	secret, now := h.Secret.Reveal(), w.clock.Now()
	if !authentic(r.Header, r.Body, secret, now) {
		t.Errorf("%q is refused", r.Header.Get("X-Signature"))
	}
	forged := append([]byte(" "), r.Body...)
	for name, ok := range map[string]bool{
		"another body":   authentic(r.Header, forged, secret, now),
		"another secret": authentic(r.Header, r.Body, secret+"x", now),
		"an old call":    authentic(r.Header, r.Body, secret, now.Add(time.Hour)),
		"no signature":   authentic(http.Header{}, r.Body, secret, now),
	} {
		if ok {
			t.Errorf("%s is accepted", name)
		}
	}
}
