package apns

import (
	"crypto/ecdsa"
	"sync"
	"time"

	"heliograph"
	"heliograph/channel/push"
)

// tokenAge is for how long a provider token is used. Apple refuses those that
// are older than an hour, and new ones more often than every 20 minutes.
const tokenAge = 50 * time.Minute

// tokens makes provider tokens. One is dated to the beginning of a span of the
// clock, and signed without chance: so all processes, and all integrations with
// the same key, have the same one, after a restart, too, and Apple sees no more
// than it allows.
type tokens struct {
	key      *ecdsa.PrivateKey
	id, team string
	now      heliograph.Clock

	mu      sync.Mutex
	issued  int64 // the Unix second that token is dated to
	token   string
	renewed int64 // when a token was last called too old; 0: never
}

// get returns the token to use. It is fresh when another one would be no better.
func (t *tokens) get() (token string, fresh bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now().Unix()
	span := int64(tokenAge / time.Second)
	issued := now - now%span
	if t.renewed != 0 && now-t.renewed < span {
		issued = t.renewed
	}
	fresh = now-issued < 60
	if t.token == "" || t.issued != issued {
		claims := struct {
			Issuer string `json:"iss"`
			Issued int64  `json:"iat"`
		}{t.team, issued}
		if t.token, err = push.JWT(t.key, t.id, claims); err != nil {
			t.token = ""
			return "", false, err
		}
		t.issued = issued
	}
	return t.token, fresh, nil
}

// renew has the next token dated to now, unless another call already had it so.
func (t *tokens) renew(old string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == old {
		t.renewed = t.now().Unix()
	}
}
