package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
	"heliograph/internal/api/hooks"
	"heliograph/internal/api/smtpd"
	"heliograph/internal/api/unsubscribe"
	"heliograph/internal/store"
)

// listenForMail takes the address that mail comes to.
func (a *App) listenForMail(secure *tls.Config, inbox *hooks.Hooks) error {
	if a.cfg.MailAddress == "" {
		return nil
	}
	ln, err := net.Listen("tcp", a.cfg.MailAddress)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", a.cfg.MailAddress, err)
	}
	name := "localhost"
	if u, err := url.Parse(a.host.public); err == nil && u.Hostname() != "" {
		name = u.Hostname()
	}
	a.mailAt = ln
	a.mail = smtpd.New(ln, smtpd.Options{
		Directory: mailboxes{a.engines.tenants, store.Integrations{Store: a.data.Store}, a.types}, Inbox: inbox, Name: name, TLS: secure, Log: a.log,
	})
	return nil
}

// serveMail takes mail in the background until it is stopped.
func (a *App) serveMail() {
	if a.mail == nil {
		return
	}
	a.log.Info("taking mail", "address", a.mailAt.Addr().String())
	go func() {
		if err := a.mail.Serve(); err != nil && !a.draining.Load() {
			a.fail(fmt.Errorf("taking mail on %s ended: %w", a.mailAt.Addr(), err))
		}
	}()
}

func (a *App) stopMail(ctx context.Context) {
	if a.mail != nil {
		a.mail.Stop(ctx)
	}
}

// unsubscribeLinks makes the links by which people end messages.
func (a *App) unsubscribeLinks() *unsubscribe.Links {
	return &unsubscribe.Links{PublicURL: a.host.public, Auth: a.data.ring}
}

func (a *App) unsubscribing() *unsubscribe.Unsubscribe {
	return &unsubscribe.Unsubscribe{Links: a.unsubscribeLinks(), Consents: a.engines.profiles, Apps: a.engines.tenants, Log: a.log}
}

// mailboxes finds the integrations that take mail themselves.
type mailboxes struct {
	channels interface {
		Lookup(context.Context, heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
	}
	stored store.Integrations
	types  []*channel.Type
}

// Boxes implements smtpd.Directory. Only integrations whose settings name the
// address's domain are opened.
func (m mailboxes) Boxes(ctx context.Context, written string) ([]smtpd.Box, error) {
	address, ok := mime.Normalise(written)
	if !ok {
		return nil, nil
	}
	var out []smtpd.Box
	for _, t := range m.types {
		if t.Family != "mail" {
			continue
		}
		all, err := m.stored.OfType(ctx, t.Name)
		if err != nil {
			return nil, err
		}
		for _, i := range all {
			if !mayName(i.Settings, mime.Domain(address)) {
				continue
			}
			in, ch, _, err := m.channels.Lookup(ctx, i.ID)
			if heliograph.IsKind(err, heliograph.NotFound) || heliograph.IsKind(err, heliograph.Invalid) {
				continue // it is gone, or its settings no longer work
			}
			if err != nil {
				return nil, err
			}
			if box, ok := ch.(channel.Mailbox); ok && box.Takes(address) {
				out = append(out, smtpd.Box{Integration: in, Mailbox: box})
			}
		}
	}
	return out, nil
}

// mayName reports whether settings may name a domain; those that are not plain
// ASCII may spell it in another way.
func mayName(settings []byte, domain string) bool {
	plain := bytes.IndexFunc(settings, func(r rune) bool { return r >= 0x80 || r == '\\' }) < 0
	return !plain || bytes.Contains(bytes.ToLower(settings), []byte(domain))
}
