package proxy

import (
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Settings are what an integration says of its push proxy, among its own.
type Settings struct {
	URL         string   `json:"proxyUrl" doc:"A service of your own that takes all pushes instead; https." update:"true" format:"url" max:"2048"`
	User        string   `json:"proxyUser" doc:"The user that the push proxy wants (Basic)." update:"true"`
	Password    string   `json:"proxyPassword" doc:"The user's password." secret:"true" update:"true"`
	Certificate string   `json:"proxyCertificate" doc:"The certificate that the push proxy wants to be shown, in PEM; with proxyKey." update:"true" max:"65536"`
	Key         string   `json:"proxyKey" doc:"The certificate's key, in PEM." secret:"true" update:"true" format:"pem" max:"16384"`
	Headers     []string `json:"proxyHeaders" doc:"At most 4 headers that the push proxy gets besides, each as “Name: value”." secret:"true" update:"true"`
	Secret      string   `json:"proxySecret" doc:"What pushes to the push proxy are signed with (X-Signature)." secret:"true" update:"true"`
}

// New returns the service; nil when there is none.
func (s *Settings) New(deps channel.Deps) (*Service, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	if s.URL == "" {
		return nil, nil
	}
	u, err := url.Parse(s.URL)
	if err != nil || u.Scheme != "https" && !deps.Plain {
		return nil, heliograph.InvalidField("proxyUrl", "must begin with https://")
	}
	out := &Service{transport: deps.Guarded, url: u, header: s.header(), secret: heliograph.Secret(s.Secret), clock: deps.Clock}
	if s.Certificate != "" {
		cert, err := tls.X509KeyPair([]byte(s.Certificate), []byte(s.Key))
		if err != nil {
			return nil, errPair()
		}
		out.transport = deps.GuardedAs(cert)
	}
	return out, nil
}

func errPair() error {
	return heliograph.InvalidField("proxyCertificate", "and proxyKey must be a certificate and its private key, both in PEM")
}

func (s *Settings) header() http.Header {
	h := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {"Heliograph"}}
	for _, line := range s.Headers {
		name, value, _ := strings.Cut(line, ":")
		h.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if s.User != "" {
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.User+":"+s.Password)))
	}
	return h
}

// What headers of the brand's may be.
const (
	maxHeaders = 4
	maxName    = 24
	maxValue   = 300
)

// Check refuses settings that cannot work, whoever is asked.
func (s *Settings) Check() error {
	if s.URL == "" {
		return s.unused()
	}
	u, err := url.Parse(s.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return heliograph.InvalidField("proxyUrl", "must be a URL that begins with https://")
	case u.User != nil || u.Fragment != "":
		return heliograph.InvalidField("proxyUrl", "must have neither a user nor a fragment")
	case strings.Contains(s.User, ":"):
		return heliograph.InvalidField("proxyUser", "must not have a colon")
	case s.User == "" && s.Password != "":
		return heliograph.InvalidField("proxyUser", "is required beside proxyPassword")
	case (s.Certificate == "") != (s.Key == ""):
		return errPair()
	}
	if s.Certificate != "" {
		if _, err := tls.X509KeyPair([]byte(s.Certificate), []byte(s.Key)); err != nil {
			return errPair()
		}
	}
	if len(s.Headers) > maxHeaders {
		return heliograph.InvalidField("proxyHeaders", "has more than %d headers", maxHeaders)
	}
	seen := map[string]bool{}
	for _, line := range s.Headers {
		name, value, ok := strings.Cut(line, ":")
		name, value = http.CanonicalHeaderKey(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case !ok || name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return !letter(r) && r != '-' }):
			return heliograph.InvalidField("proxyHeaders", "must each be “Name: value”, with a name of at most %d letters and hyphens", maxName)
		case value == "" || len(value) > maxValue || strings.ContainsFunc(value, func(r rune) bool {
			return !letter(r) && (r < '0' || r > '9') && !strings.ContainsRune("-_$&@.,:#*", r)
		}):
			return heliograph.InvalidField("proxyHeaders", "must each have a value of at most %d letters, digits and - _ $ & @ . , : # *", maxValue)
		case ours(name) || seen[name]:
			return heliograph.InvalidField("proxyHeaders", "must not name a header twice, nor one that we set")
		}
		seen[name] = true
	}
	return nil
}

// unused refuses what says something of a proxy that there is not.
func (s *Settings) unused() error {
	if s.User != "" || s.Password != "" || s.Certificate != "" || s.Key != "" || len(s.Headers) > 0 || s.Secret != "" {
		return heliograph.InvalidField("proxyUrl", "is required beside the other settings of the push proxy")
	}
	return nil
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

// ours reports whether a header is set by us, or by HTTP itself.
func ours(name string) bool {
	switch name {
	case "Authorization", "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding", "Connection", "Host", "Accept", "User-Agent",
		"Idempotency-Key", "X-Signature", "Te", "Trailer", "Upgrade", "Expect", "Proxy-Authorization", "Proxy-Connection", "Keep-Alive":
		return true
	}
	return false
}
