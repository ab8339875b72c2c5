package messagebird

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/http"
	"time"
)

// claims is what a webhook's signature says.
type claims struct {
	Issuer      string `json:"iss"`
	NotBefore   int64  `json:"nbf"`
	Expires     int64  `json:"exp,omitempty"`
	ID          string `json:"jti"`
	URLHash     string `json:"url_hash"`
	PayloadHash string `json:"payload_hash,omitempty"`
}

// sign signs a webhook with its account's signing key.
func (p *Provider) sign(r *http.Request, account string, body []byte, forged bool) {
	p.mu.Lock()
	key := account
	if a := p.accounts[account]; a != nil && a.SigningKey != "" {
		key = a.SigningKey
	}
	p.mu.Unlock()
	if forged || p.n.Settings().Signature == "wrong" {
		key = "not the signing key"
	}
	own := p.own.Get()
	now := p.n.Now()
	c := claims{Issuer: "MessageBird", NotBefore: now.Unix(), ID: p.n.Hex(""), URLHash: hexSHA256([]byte(r.URL.String()))}
	if own.Expiry {
		c.Expires = now.Add(time.Minute).Unix()
	}
	if len(body) > 0 {
		c.PayloadHash = hexSHA256(body)
	}
	r.Header.Set("MessageBird-Signature-JWT", token(own.Algorithm, key, c))
	r.Header.Set("User-Agent", "MessageBird/Webhooks")
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// token writes a JSON web token with an HMAC.
func token(algorithm, key string, c claims) string {
	head, _ := json.Marshal(map[string]string{"alg": algorithm, "typ": "JWT"})
	body, _ := json.Marshal(c)
	signed := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	mac := hmac.New(hashOf(algorithm), []byte(key))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func hashOf(algorithm string) func() hash.Hash {
	switch algorithm {
	case "HS384":
		return sha512.New384
	case "HS512":
		return sha512.New
	}
	return sha256.New
}
