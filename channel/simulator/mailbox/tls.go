package mailbox

import (
	"crypto/tls"
	"net/smtp"
)

// opportunistic begins TLS when the server offers it. Mail servers do not ask
// each other for a certificate that somebody vouches for.
func opportunistic(c *smtp.Client, host string) error {
	if ok, _ := c.Extension("STARTTLS"); !ok {
		return nil
	}
	return c.StartTLS(&tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
}
