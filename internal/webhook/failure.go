package webhook

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"

	"heliograph/internal/netguard"
)

// failure says why a call had no answer, in words for the owner of the webhook.
// The error itself tells what our resolver said and which address was dialled,
// which is for our log only.
func failure(err error) string {
	var (
		timed net.Error
		asked *net.DNSError
		op    *net.OpError
	)
	switch {
	case errors.Is(err, errSlow):
		return "timed out: " + errSlow.Error()
	case errors.Is(err, netguard.ErrRefused):
		return "not allowed: it leads to an address that this server does not reach"
	case failedTLS(err):
		return "TLS failed"
	case errors.As(err, &asked):
		return "not reachable: its name does not resolve"
	case errors.As(err, &timed) && timed.Timeout():
		return "timed out"
	case errors.As(err, &op) && op.Op == "dial":
		return "not reachable"
	}
	return "the connection broke before an answer came"
}

// failedTLS reports whether both sides could not agree on a secure connection.
func failedTLS(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	// The rest has no types: alerts, and what net/http makes of a plain answer.
	text := err.Error()
	return strings.Contains(text, "tls: ") || strings.Contains(text, "HTTP response to HTTPS client")
}
