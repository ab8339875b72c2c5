package twilio

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// maxHops bounds the redirects of one file: Twilio makes one, to its store.
const maxHops = 3

// Fetch implements channel.Fetcher. Twilio's own URL of a file wants the account's
// credential and leads elsewhere, where nobody else's credential belongs.
func (s *sender) Fetch(ctx context.Context, m *channel.Media) (*channel.Blob, error) {
	target, err := url.Parse(m.URL)
	if err != nil {
		return nil, noFile()
	}
	for range maxHops {
		if target.Host == "" || target.Scheme != "https" && target.Scheme != "http" {
			return nil, noFile()
		}
		res, err := s.getFile(ctx, target)
		if err != nil {
			return nil, err
		}
		if res.StatusCode == http.StatusOK {
			return &channel.Blob{Body: res.Body, Type: res.Header.Get("Content-Type"), Size: res.ContentLength}, nil
		}
		_ = res.Body.Close()
		next := res.Header.Get("Location")
		switch {
		case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
			return nil, noFile()
		case res.StatusCode < 300 || res.StatusCode > 399 || next == "":
			return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "Twilio answered %d to the request for a file", res.StatusCode)
		}
		if target, err = target.Parse(next); err != nil {
			return nil, noFile()
		}
	}
	return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "Twilio redirects a file without end")
}

func noFile() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "Twilio does not have this file")
}

// getFile asks for a file: with the credential where it is Twilio's API that is
// asked, and without it, and guarded, anywhere else.
func (s *sender) getFile(ctx context.Context, target *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, noFile()
	}
	req.Header.Set("User-Agent", "Heliograph")
	if !s.isAPI(target) {
		return s.deps.Guarded.RoundTrip(req)
	}
	req.Header.Set("Authorization", s.accountAuth())
	return s.deps.HTTP.RoundTrip(req)
}

// isAPI reports whether target is the API that this integration sends through,
// or the same in another of Twilio's regions.
func (s *sender) isAPI(target *url.URL) bool {
	base, err := url.Parse(s.deps.BaseURL)
	if err != nil {
		return false
	}
	if target.Scheme == base.Scheme && strings.EqualFold(target.Host, base.Host) {
		return true
	}
	return target.Scheme == "https" && regional(target.Host) && regional(base.Host)
}

// regional reports whether host is api.twilio.com or api.{edge}.{region}.twilio.com.
func regional(host string) bool {
	host = strings.ToLower(host)
	return strings.HasPrefix(host, "api.") && strings.HasSuffix(host, ".twilio.com") || host == "api.twilio.com"
}

var _ channel.Fetcher = (*sender)(nil)
