package push_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"heliograph/channel/push"
)

func inPEM(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// TestJWT has somebody else's library check our tokens.
func TestJWT(t *testing.T) {
	t.Parallel()
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"ES256": elliptical, "RS256": large} {
		token, err := push.JWT(key, "K1", map[string]any{"iss": "T1"})
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return key.Public(), nil }, jwt.WithValidMethods([]string{name}))
		if err != nil || parsed.Header["kid"] != "K1" || parsed.Claims.(jwt.MapClaims)["iss"] != "T1" {
			t.Errorf("%s: %+v, %v", name, parsed, err)
		}
		if again, err := push.JWT(key, "K1", map[string]any{"iss": "T1"}); again != token || err != nil {
			t.Errorf("%s: the same claims give another token, %v", name, err)
		}
	}
	_, other, _ := ed25519.GenerateKey(rand.Reader)
	if _, err := push.JWT(other, "", nil); err == nil {
		t.Error("an Ed25519 key signs")
	}
	if _, err := push.EllipticKey(inPEM(t, large)); err == nil {
		t.Error("an RSA key is taken for an elliptic one")
	}
	if _, err := push.RSAKey(inPEM(t, elliptical)); err == nil {
		t.Error("an elliptic key is taken for an RSA one")
	}
	if k, err := push.EllipticKey(inPEM(t, elliptical)); err != nil || !k.Equal(elliptical) {
		t.Error(err)
	}
	if k, err := push.RSAKey(inPEM(t, large)); err != nil || !k.Equal(large) {
		t.Error(err)
	}
	for _, junk := range []string{"", "x", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		if _, err := push.EllipticKey(junk); err == nil {
			t.Errorf("%q is taken for a key", junk)
		}
	}
}
