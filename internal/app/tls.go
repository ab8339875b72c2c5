package app

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"heliograph"
	"heliograph/internal/config"
)

// tlsConfig returns how to serve TLS; nil when it is not asked for.
func tlsConfig(l *config.Listen, data string, now heliograph.Clock, log *slog.Logger) (*tls.Config, error) {
	switch {
	case l.TLSCert != "":
		files := &certFiles{cert: l.TLSCert, key: l.TLSKey, now: now, log: log}
		if err := files.load(); err != nil {
			return nil, fmt.Errorf("--tls-cert: %w", err)
		}
		return &tls.Config{
			MinVersion:     tls.VersionTLS12,
			NextProtos:     []string{"h2", "http/1.1"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return files.current(), nil },
		}, nil
	case len(l.TLSDomain) > 0:
		// The proof of ownership is made on the TLS port itself (TLS-ALPN-01), so
		// no other port needs to be open.
		m := &autocert.Manager{
			Prompt:     autocert.AcceptTOS,
			HostPolicy: autocert.HostWhitelist(l.TLSDomain...),
			Cache:      autocert.DirCache(filepath.Join(data, "certificates")),
			Email:      l.TLSEmail,
		}
		c := m.TLSConfig()
		c.MinVersion = tls.VersionTLS12
		return c, nil
	}
	return nil, nil
}

// certFiles is a certificate in files that may be renewed while we run.
type certFiles struct {
	cert, key string
	now       heliograph.Clock
	log       *slog.Logger

	mu      sync.Mutex
	loaded  *tls.Certificate
	changed time.Time // of the certificate's file, when it was read
	looked  time.Time
}

// lookEvery is how often the files are looked at.
const lookEvery = 10 * time.Second

// current returns the certificate, read again when its file changed. One that
// cannot be read leaves the last good one in use.
func (f *certFiles) current() *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); now.Sub(f.looked) >= lookEvery {
		f.looked = now
		if info, err := os.Stat(f.cert); err == nil && !info.ModTime().Equal(f.changed) {
			if err := f.load(); err != nil {
				f.log.Error("the renewed certificate cannot be used; the old one stays", "file", f.cert, "err", err)
			}
		}
	}
	return f.loaded
}

func (f *certFiles) load() error {
	info, err := os.Stat(f.cert)
	if err != nil {
		return err
	}
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	f.loaded, f.changed = &c, info.ModTime()
	return nil
}
