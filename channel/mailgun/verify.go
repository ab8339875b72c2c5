package mailgun

import (
	"context"
	"net/http"
	"net/url"

	"heliograph"
	"heliograph/channel"
)

func (s *sender) request(ctx context.Context, target *url.URL, contentType string) *http.Request {
	r := &http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {s.auth}, "Accept": {"application/json"}, "User-Agent": {"Heliograph"},
			"Content-Type": {contentType},
		},
	}
	return r.WithContext(ctx)
}

// Verify implements channel.Verifier. It asks Mailgun to send a mail to nobody,
// which a key that may only send can do as well: a good key and domain are told
// that the recipient is missing.
func (s *sender) Verify(ctx context.Context) (map[string]string, error) {
	reply, failed := channel.Call(s.deps.HTTP, s.request(ctx, s.target, "application/x-www-form-urlencoded"), []byte("o%3Atestmode=yes"))
	if failed != nil {
		return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "Mailgun cannot be asked: %s", s.safe(failed.Message))
	}
	switch reply.Status {
	case http.StatusBadRequest:
		return map[string]string{}, nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, heliograph.InvalidField("apiKey", "is refused by Mailgun in this region")
	case http.StatusNotFound:
		return nil, heliograph.InvalidField("domain", "is not known to Mailgun in this region")
	}
	return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "Mailgun answered %d", reply.Status)
}
