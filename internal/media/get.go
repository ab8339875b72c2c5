package media

import (
	"context"
	"net/http"
	"net/url"

	"heliograph"
	"heliograph/channel"
)

// maxHops bounds the redirects that a plain fetch follows.
const maxHops = 3

// get fetches a URL that needs no credential.
func (s *Service) get(ctx context.Context, raw string) (*channel.Blob, error) {
	for range maxHops + 1 {
		if err := s.CheckURL(raw); err != nil {
			return nil, errRefused
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, raw, nil)
		if err != nil {
			return nil, errRefused
		}
		req.Header.Set("User-Agent", "heliograph")
		res, err := s.HTTP.RoundTrip(req)
		if err != nil {
			return nil, refusal(err)
		}
		if res.StatusCode == http.StatusOK {
			return &channel.Blob{Body: res.Body, Type: res.Header.Get("Content-Type"), Size: res.ContentLength}, nil
		}
		_ = res.Body.Close()
		switch next := res.Header.Get("Location"); {
		case res.StatusCode == http.StatusNotFound, res.StatusCode == http.StatusGone:
			return nil, errNoFile()
		case res.StatusCode < 300 || res.StatusCode > 399 || next == "":
			return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "the provider answered %d", res.StatusCode)
		default:
			to, err := url.Parse(next)
			if err != nil {
				return nil, errRefused
			}
			raw = req.URL.ResolveReference(to).String()
		}
	}
	return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "the provider redirects without end")
}
