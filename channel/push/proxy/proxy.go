// Package proxy hands pushes to a service of the brand's own, which brings them
// to the devices: with the bodies and answers that LivePerson's push proxy has.
package proxy

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

const (
	// maxPayload is how much the brand's service can pass on.
	maxPayload = 4096
	// maxAttempts and wait are how often, and how far apart, it is asked.
	maxAttempts = 4
	wait        = 10 * time.Second
)

// Service sends to one brand's service.
type Service struct {
	transport http.RoundTripper
	url       *url.URL
	header    http.Header
	secret    heliograph.Secret
	clock     heliograph.Clock
}

// Push implements push.Service. Our Idempotency-Key tells the brand's service a
// repeated push from a new one, so that a server's error is tried again.
func (s *Service) Push(ctx context.Context, out *channel.Outgoing, n *push.Note) channel.Result {
	m := &message{out: out, note: n, now: s.clock()}
	body, err := n.Fit(maxPayload, m.encode)
	if err != nil {
		return push.TooLong()
	}
	header := s.header.Clone()
	header.Set("Idempotency-Key", out.Delivery.String())
	if s.secret != "" {
		header.Set("X-Signature", sign(s.secret, s.clock().Unix(), body))
	}
	req := &http.Request{Method: http.MethodPost, URL: s.url, Host: s.url.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header}
	reply, failed := channel.Call(s.transport, req.WithContext(ctx), body)
	if failed != nil {
		failed.Message = "the push proxy: " + failed.Message
		return lastly(*failed, out.Attempt)
	}
	return lastly(s.result(reply, out.Delivery), out.Attempt)
}

// sign proves body as our webhooks do.
func sign(secret heliograph.Secret, unix int64, body []byte) string {
	t := strconv.FormatInt(unix, 10)
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// lastly spaces the attempts, and ends them.
func lastly(r channel.Result, attempt int) channel.Result {
	switch {
	case r.Class != channel.ClassRetry:
	case attempt >= maxAttempts:
		r.Class, r.After, r.OnlyThis = channel.ClassFinal, 0, false
		if r.Reason == "" {
			r.Reason = heliograph.ReasonTimeout
		}
	case r.After == 0:
		r.After = wait
	}
	return r
}
