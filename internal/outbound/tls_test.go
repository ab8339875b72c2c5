package outbound_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"heliograph/internal/outbound"
)

// secure is a server with a certificate for example.com and 127.0.0.1, and a
// transport that trusts it.
func secure(t *testing.T, config *tls.Config, h http.HandlerFunc) (*httptest.Server, *outbound.Transport) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	rt := outbound.New(outbound.Options{Dial: new(net.Dialer).DialContext, Roots: roots})
	t.Cleanup(rt.CloseIdleConnections)
	return s, rt
}

func TestTLS(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var conns sync.Map
			s, rt := secure(t, &tls.Config{MaxVersion: version}, func(w http.ResponseWriter, r *http.Request) {
				conns.Store(r.RemoteAddr, true)
				body, _ := io.ReadAll(r.Body)
				w.Header().Set("X-Proto", r.Proto+" "+r.TLS.NegotiatedProtocol)
				_, _ = w.Write(body)
			})
			for _, size := range []int{0, 10, 50_000, 500_000, 10} {
				want := strings.Repeat("x", size)
				req, _ := post(t.Context(), t, s.URL, want)
				if size == 0 {
					req.Body = nil
				}
				res, err := rt.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(res.Body)
				if string(got) != want || err != nil || res.Header.Get("X-Proto") != "HTTP/1.1 http/1.1" || res.TLS.Version != version {
					t.Errorf("%d bytes of %d, %v, %v", len(got), size, err, res.Header)
				}
			}
			n := 0
			conns.Range(func(any, any) bool { n++; return true })
			if n != 1 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// TestStaleTLS: the server's farewell is seen before the next request.
func TestStaleTLS(t *testing.T) {
	t.Parallel()
	asked := 0
	s, rt := secure(t, nil, func(http.ResponseWriter, *http.Request) { asked++ })
	for range 3 {
		req, _ := post(t.Context(), t, s.URL, "ping")
		if status, _, err := call(rt, req); status != 200 || err != nil {
			t.Fatal(status, err)
		}
		s.CloseClientConnections()
	}
	if asked != 3 {
		t.Errorf("it was asked %d times", asked)
	}
}

// TestCertificates: whom we talk to is checked, before anything is said.
func TestCertificates(t *testing.T) {
	t.Parallel()
	h := func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }
	s, trusting := secure(t, nil, h)
	old, oldTrusting := secure(t, &tls.Config{MaxVersion: tls.VersionTLS11}, h)
	other, otherTrusting := secure(t, &tls.Config{NextProtos: []string{"other"}}, h)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for name, tt := range map[string]struct {
		rt  *outbound.Transport
		url string
	}{
		"an unknown authority":  {transport(t), s.URL},
		"another name":          {trusting, "https://localhost:" + port},
		"an old version of TLS": {oldTrusting, old.URL},
		"another protocol":      {otherTrusting, other.URL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req, body := post(t.Context(), t, tt.url, "ping")
			req.Host = "127.0.0.1" // what the request says does not count
			_, _, err := call(tt.rt, req)
			if err == nil || !strings.Contains(err.Error(), "tls: ") {
				t.Errorf("%v, want an error of TLS", err)
			}
			check(t, body, true)
		})
	}
}
