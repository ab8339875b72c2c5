package app

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"testing"

	"heliograph/internal/netguard"
)

// TestOverHTTP2: what wants HTTP/2 gets nothing else, with TLS and without.
func TestOverHTTP2(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*httptest.Server)
		plain   bool
		refused bool
	}{
		"TLS":                  {func(s *httptest.Server) { s.EnableHTTP2 = true }, false, false},
		"TLS, HTTP/1.1 alone":  {func(s *httptest.Server) { s.TLS = &tls.Config{NextProtos: []string{"http/1.1"}} }, false, true},
		"plain":                {func(s *httptest.Server) { s.Config.Protocols = both() }, true, false},
		"plain HTTP/1.1 alone": {func(*httptest.Server) {}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200 + r.ProtoMajor) }))
			tt.prepare(s)
			rt := overHTTP2(netguard.New(netguard.Options{AllowPrivate: true}))
			if tt.plain {
				s.Start()
			} else {
				s.StartTLS()
				rt.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool()}
				rt.TLSClientConfig.RootCAs.AddCert(s.Certificate())
			}
			t.Cleanup(s.Close)
			t.Cleanup(rt.CloseIdleConnections)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := rt.RoundTrip(req)
			if err == nil {
				_ = res.Body.Close()
			}
			if (err != nil) != tt.refused || err == nil && res.StatusCode != 202 {
				t.Errorf("%v, %v", res, err)
			}
		})
	}
}

func both() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return p
}
