package smtp

import (
	"crypto/x509"

	"heliograph/channel"
)

// Trust makes a channel trust the certificates of a test.
func Trust(ch channel.Channel, pool *x509.CertPool) { ch.(*sender).tls.RootCAs = pool }
