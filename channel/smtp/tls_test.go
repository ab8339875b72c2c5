package smtp_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/smtp"
)

// certificate is one for 127.0.0.1 and example.com, and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, pool
}

func TestEncrypted(t *testing.T) {
	t.Parallel()
	secure, pool := certificate(t)
	for _, tc := range []struct {
		security string
		trusted  bool
		want     channel.Class
	}{
		{"starttls", true, channel.ClassAccepted}, {"starttls", false, channel.ClassPause},
		{"tls", true, channel.ClassAccepted}, {"tls", false, channel.ClassPause},
	} {
		t.Run(tc.security, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(s *server) { s.TLSConfig, s.AllowInsecureAuth = secure, false })
			port := s.port
			if tc.security == "tls" {
				ln, err := tls.Listen("tcp", "127.0.0.1:0", secure)
				if err != nil {
					t.Fatal(err)
				}
				go func() { _ = s.Serve(ln) }()
				port = ln.Addr().(*net.TCPAddr).Port
			}
			ch := openAt(t, settings(s.host, port, map[string]any{"security": tc.security}), "")
			if tc.trusted {
				smtp.Trust(ch.Channel, pool)
			}
			for range 2 { // the second goes over the same connection
				r := ch.Send(t.Context(), out())
				if r.Class != tc.want || tc.want == channel.ClassPause && r.Reason != heliograph.ReasonUnauthorized {
					t.Errorf("%s, trusted %v: %+v", tc.security, tc.trusted, r)
				}
			}
			if want := map[bool]int{true: 2}[tc.trusted]; len(s.mails) != want {
				t.Errorf("%d mails", len(s.mails))
			}
		})
	}
}
