// Package smtp plays an SMTP relay on the simulator's network. What it takes
// arrives in the simulated mailboxes, which it also shows; what it could not
// deliver comes back as a notice, and what a person calls spam as a report.
package smtp

import (
	"context"
	"crypto/tls"
	"embed"
	"io/fs"
	"net"
	"net/http"
	"slices"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
	"heliograph/channel/simulator/smtpd"
)

//go:embed assets
var assetFiles embed.FS

// Name of the provider in rules, messages and addresses.
const Name = "smtp"

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	Auth         string `json:"auth"`         // offered, required or off
	StartTLS     bool   `json:"startTls"`     // offered, with a certificate of the simulator's own
	RefuseAuth   bool   `json:"refuseAuth"`   // nobody's password is right
	Busy         bool   `json:"busy"`         // every connection is greeted with 421
	ComplaintsTo string `json:"complaintsTo"` // where reports of spam go; "": to the envelope's sender
	Redacted     bool   `json:"redacted"`     // reports of spam do not name the person
}

// Account is who may send.
type Account struct{ User, Password string }

// Options is what the provider is made from. The zero value works, without a
// server: then there are mailboxes alone.
type Options struct {
	// Listener is where SMTP is spoken. The provider closes it.
	Listener net.Listener
	// TLS and Trust are the server's certificate and what vouches for it.
	TLS   *tls.Config
	Trust []byte
	// Accounts are those that exist. With none, every user and password is right
	// unless the password begins with simulator.WrongToken.
	Accounts []Account
	Routes   []mailbox.Route
	Settings *Settings // nil: auth is offered, STARTTLS is not
}

// Provider plays the relay. It is handed to simulator.New before every provider
// that brings mail too.
type Provider struct {
	o      Options
	n      *simulator.Network
	own    *simulator.Own[Settings]
	boxes  *mailbox.Boxes
	server *smtpd.Server
}

// New returns a provider for one simulator.
func New(o Options) *Provider { return &Provider{o: o} }

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	files, _ := fs.Sub(assetFiles, "assets")
	return simulator.Description{
		Name: Name, Title: "SMTP", Channel: simulator.ChannelEmail,
		Recipients: Recipients(), Actions: Actions(), Settings: "/sim/" + Name + "/settings",
		Assets: files, View: "/assets/" + Name + "/view.js",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.boxes = mailbox.New(mailbox.Options{
		Now: n.Now, ID: func() string { return n.Hex("") }, HTTP: n.HTTP(), Log: n.Log(), After: n.After,
		Changed: func(m mailbox.Mail) { n.Publish("mail", m.Show(false)) },
		Routed:  p.sent,
	})
	for _, r := range p.o.Routes {
		p.boxes.Routes().Set(r)
	}
	p.boxes.Carry(Name, carrier{p})
	p.boxes.Handle(n.Handle)
	initial := Settings{Auth: "offered"}
	if p.o.Settings != nil {
		initial = *p.o.Settings
	}
	p.own = simulator.OwnSettings(n, initial, func(s *Settings) *simulator.Problem {
		if !slices.Contains([]string{"offered", "required", "off"}, s.Auth) {
			return simulator.BadField("auth", "must be offered, required or off")
		}
		return nil
	})
	n.Handle("GET /sim/mail", p.getMail)
	n.Handle("GET /sim/mail/certificate", p.getCertificate)
	if p.o.Listener != nil {
		p.server = smtpd.Serve(p.o.Listener, smtpd.Options{Handler: relay{p}, TLS: p.o.TLS, Log: n.Log()})
	}
}

// Boxes returns the mailboxes, for other providers that bring mail. It is
// called after Join.
func (p *Provider) Boxes() *mailbox.Boxes { return p.boxes }

// Close implements simulator.Closer.
func (p *Provider) Close() {
	if p.server != nil {
		p.server.Close()
	}
}

// Clear implements simulator.Clearer.
func (p *Provider) Clear() { p.boxes.Clear() }

// getMail answers where SMTP is spoken; "" when it is not.
func (p *Provider) getMail(w http.ResponseWriter, _ *http.Request) {
	address := ""
	if p.server != nil {
		address = p.server.Addr()
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"smtp": address, "settings": p.own.Get(), "routes": p.boxes.Routes().List()})
}

// getCertificate answers what a client is to trust for STARTTLS.
func (p *Provider) getCertificate(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = w.Write(p.o.Trust)
}

// carrier tells the sender of a mail that came by SMTP that it was called spam.
type carrier struct{ p *Provider }

func (c carrier) Complain(ctx context.Context, m mailbox.Mail) *mailbox.Told {
	to := c.p.own.Get().ComplaintsTo
	if to == "" {
		to = m.Envelope
	}
	if to == "" {
		return nil
	}
	told := c.p.boxes.ComplainTo(ctx, m, to, c.p.own.Get().Redacted)
	return &told
}
