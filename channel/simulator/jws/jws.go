// Package jws checks the signed tokens (RFC 7515, in their compact form) that
// the played push services are shown. It checks signatures and reads claims;
// what the claims must say is each service's own.
package jws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
)

// maxToken bounds what is read at all.
const maxToken = 16 << 10

// Token is a token that was read, and not yet checked.
type Token struct {
	Header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
		Type      string `json:"typ"`
	}
	claims    []byte
	signed    string
	signature []byte
}

// Parse reads a token of one algorithm.
func Parse(text, algorithm string) (*Token, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 || len(text) > maxToken {
		return nil, errors.New("the token has not three parts")
	}
	t := &Token{signed: parts[0] + "." + parts[1]}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err == nil {
		err = json.Unmarshal(header, &t.Header)
	}
	if err == nil {
		t.claims, err = base64.RawURLEncoding.DecodeString(parts[1])
	}
	if err == nil {
		t.signature, err = base64.RawURLEncoding.DecodeString(parts[2])
	}
	switch {
	case err != nil:
		return nil, errors.New("the token cannot be read")
	case t.Header.Algorithm != algorithm:
		return nil, errors.New("the token is not signed by " + algorithm)
	case len(t.signature) == 0:
		return nil, errors.New("the token is not signed")
	}
	return t, nil
}

// Claims reads what the token says.
func (t *Token) Claims(out any) error { return json.Unmarshal(t.claims, out) }

// By says whether key signed the token.
func (t *Token) By(key crypto.PublicKey) bool {
	sum := sha256.Sum256([]byte(t.signed))
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		if t.Header.Algorithm != "ES256" || len(t.signature) != 64 {
			return false
		}
		r, s := new(big.Int).SetBytes(t.signature[:32]), new(big.Int).SetBytes(t.signature[32:])
		return ecdsa.Verify(key, sum[:], r, s)
	case *rsa.PublicKey:
		return t.Header.Algorithm == "RS256" && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], t.signature) == nil
	}
	return false
}

// PublicKey reads a public key, or that of a private key, from PEM.
func PublicKey(text string) (crypto.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("is not PEM")
	}
	if key, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("is neither a public key nor a private key in PKCS #8")
	}
	private, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("is not a key that signs")
	}
	return private.Public(), nil
}
