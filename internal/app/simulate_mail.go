package app

import (
	"fmt"
	"net"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailgun"
	"heliograph/channel/simulator/messagebird"
	"heliograph/channel/simulator/smshttp"
	"heliograph/channel/simulator/smtp"
	"heliograph/channel/simulator/smtpd"
)

// NoSMTP as the address of SimulateOptions speaks no SMTP.
const NoSMTP = "off"

// mailProviders are the providers of text messages and mail. SMTP is spoken at
// address; "" takes a free port of the loopback.
func mailProviders(address string) (list []simulator.Provider, spoken string, err error) {
	o := smtp.Options{}
	if address == "" {
		address = "127.0.0.1:0"
	}
	if o.TLS, o.Trust, err = smtpd.SelfSigned(time.Now()); err != nil {
		return nil, "", err
	}
	if address != NoSMTP {
		if o.Listener, err = net.Listen("tcp", address); err != nil {
			return nil, "", fmt.Errorf("listen for SMTP: %w", err)
		}
		spoken = reachable(o.Listener.Addr().String())
	}
	// The mailboxes are the relay's: it joins before those that bring mail too.
	relay := smtp.New(o)
	return []simulator.Provider{
		messagebird.New(messagebird.Options{}), smshttp.New(smshttp.Options{}),
		relay, mailgun.New(mailgun.Options{Boxes: relay.Boxes}),
	}, spoken, nil
}

// SMTP is where the simulator speaks SMTP, "" when it does not.
func (s *Simulation) SMTP() string { return s.smtp }
