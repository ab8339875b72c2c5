package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heliograph/internal/config"
)

// writeCert writes a self-signed certificate for localhost under a name.
func writeCert(t *testing.T, dir, name string, changed time.Time) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(cert, changed, changed); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func TestServeTLS(t *testing.T) {
	t.Parallel()
	c := settings(t)
	c.TLSCert, c.TLSKey = writeCert(t, t.TempDir(), "first", time.Now())
	a, _ := start(t, c)
	if !strings.HasPrefix(a.host.public, "https://") {
		t.Errorf("the public URL is %s", a.host.public)
	}
	client := &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	res, err := client.Get(a.host.public + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	client.CloseIdleConnections()
	if res.StatusCode != 200 || res.ProtoMajor != 2 || res.TLS.PeerCertificates[0].Subject.CommonName != "first" {
		t.Errorf("%s %s", res.Status, res.Proto)
	}
	if code, _ := fetch(t, strings.Replace(a.host.public, "https", "http", 1)+"/healthz"); code == 200 {
		t.Error("it answers without TLS")
	}
}

func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	clock := &testClock{time.Now()}
	cert, key := writeCert(t, dir, "first", clock.at)
	cfg, err := tlsConfig(&config.Listen{TLSCert: cert, TLSKey: key}, dir, clock.now, quiet)
	if err != nil {
		t.Fatal(err)
	}
	name := func() string {
		c, err := cfg.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		leaf, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.Subject.CommonName
	}
	if got := name(); got != "first" {
		t.Errorf("got %s", got)
	}
	writeCert(t, dir, "second", clock.at.Add(time.Minute))
	clock.at = clock.at.Add(lookEvery)
	if got := name(); got != "second" {
		t.Errorf("after it was renewed: %s", got)
	}
	if err := os.WriteFile(cert, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	clock.at = clock.at.Add(lookEvery)
	if got := name(); got != "second" {
		t.Errorf("a broken file must leave the old one: %s", got)
	}
}

func TestTLSByDomain(t *testing.T) {
	t.Parallel()
	cfg, err := tlsConfig(&config.Listen{TLSDomain: []string{"messages.example.com"}}, t.TempDir(), time.Now, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(cfg.NextProtos, " "), "acme-tls/1") {
		t.Error("the authority's proof of ownership is not answered")
	}
	if _, err := cfg.GetCertificate(&tls.ClientHelloInfo{ServerName: "other.example.com"}); err == nil {
		t.Error("a certificate is asked for a name that is not ours")
	}
}
