package webpush

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// Key returns the key pair by which push services know an integration (RFC
// 8292). It follows from the host's own key, so that it need not be stored, and
// is the same in every process and after every restart.
func Key(auth channel.Authenticator, id heliograph.IntegrationID) (*ecdsa.PrivateKey, error) {
	seed, err := hex.DecodeString(auth.MAC("vapid", id.String()+".1") + auth.MAC("vapid", id.String()+".2"))
	if err != nil || len(seed) < 32 {
		return nil, errors.New("the host's key makes no seed")
	}
	// One of 4 billion numbers of 32 bytes is none of the curve's: then the next.
	for n := range 8 {
		scalar, err := hkdf.Key(sha256.New, seed, nil, "heliograph vapid "+strconv.Itoa(n), 32)
		if err != nil {
			return nil, err
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("the host's key makes no key of P-256")
}

// PublicKey returns the half of Key that a browser subscribes with, in base64url.
func PublicKey(auth channel.Authenticator, id heliograph.IntegrationID) (string, error) {
	key, err := Key(auth, id)
	if err != nil {
		return "", err
	}
	public, err := publicOf(key)
	return base64.RawURLEncoding.EncodeToString(public), err
}

func publicOf(key *ecdsa.PrivateKey) ([]byte, error) {
	k, err := key.PublicKey.ECDH()
	if err != nil {
		return nil, err
	}
	return k.Bytes(), nil
}

// ephemeral is a key for one message.
func (s *Service) ephemeral() (*ecdh.PrivateKey, error) { return ecdh.P256().GenerateKey(s.Random) }

// tokenLife is for how long a token is good: services refuse more than 24 hours.
const tokenLife = 12 * time.Hour

// authorization proves to the service of an endpoint who we are.
func (s *Service) authorization(endpoint *url.URL) (string, error) {
	claims := struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Subject  string `json:"sub"`
	}{endpoint.Scheme + "://" + endpoint.Host, s.Clock().Add(tokenLife).Unix(), s.Subject}
	token, err := push.JWT(s.Key, "", claims)
	if err != nil {
		return "", err
	}
	return "vapid t=" + token + ", k=" + s.public, nil
}
