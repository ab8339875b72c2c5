package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// sign makes a token as a client of the API does: HS256 with the key's secret.
func sign(keyID, secret string, claims doc) string {
	text := encode(doc{"alg": "HS256", "typ": "JWT", "kid": keyID}) + "." + encode(claims)
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(text))
	return text + "." + base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// unsigned makes a token without a signature, which nobody may accept.
func unsigned(keyID string, claims doc) string {
	return encode(doc{"alg": "none", "typ": "JWT", "kid": keyID}) + "." + encode(claims) + "."
}

func encode(d doc) string {
	raw, _ := json.Marshal(d)
	return base64.RawURLEncoding.EncodeToString(raw)
}
