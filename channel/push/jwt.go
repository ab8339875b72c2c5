package push

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
)

// JWT returns claims as a token that key has signed: ES256 by an elliptic key,
// RS256 by an RSA one. The same claims always give the same token, so that all
// processes have the same one. id is the key's; "" when it has none.
func JWT(key crypto.Signer, id string, claims any) (string, error) {
	header := struct {
		Algorithm string `json:"alg"`
		Type      string `json:"typ"`
		Key       string `json:"kid,omitempty"`
	}{Type: "JWT", Key: id}
	switch key.(type) {
	case *ecdsa.PrivateKey:
		header.Algorithm = "ES256"
	case *rsa.PrivateKey:
		header.Algorithm = "RS256"
	default:
		return "", errors.New("a key of this kind signs no tokens")
	}
	head, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	digest := sha256.Sum256([]byte(text))
	// No randomness: RFC 6979, and PKCS #1 v1.5 needs none.
	sig, err := key.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	if header.Algorithm == "ES256" {
		if sig, err = raw(sig); err != nil {
			return "", err
		}
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}

// raw turns an ASN.1 signature into the two numbers that a token has.
func raw(der []byte) ([]byte, error) {
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		return nil, err
	}
	out := make([]byte, 64)
	sig.R.FillBytes(out[:32])
	sig.S.FillBytes(out[32:])
	return out, nil
}

// EllipticKey reads a P-256 key in PEM (PKCS #8).
func EllipticKey(text string) (*ecdsa.PrivateKey, error) {
	key, err := parse(text)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(*ecdsa.PrivateKey); ok && k.Curve == elliptic.P256() {
		return k, nil
	}
	return nil, errors.New("is not an elliptic key of P-256")
}

// RSAKey reads an RSA key in PEM.
func RSAKey(text string) (*rsa.PrivateKey, error) {
	key, err := parse(text)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(*rsa.PrivateKey); ok && k.N.BitLen() >= 2048 {
		return k, nil
	}
	return nil, errors.New("is not an RSA key of 2048 bits or more")
}

func parse(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("is not a private key in PEM")
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	return nil, errors.New("is not a private key that can be read")
}
