package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// Validate implements kong's check of parsed values.
func (s *Storage) Validate() error {
	switch u := s.DatabaseURL.Reveal(); {
	case u != "" && !strings.HasPrefix(u, "postgres://") && !strings.HasPrefix(u, "postgresql://"):
		return errors.New("--database-url must begin with postgres://")
	case s.Data == "":
		return errors.New("--data must not be empty")
	case s.CacheMB < 1:
		return errors.New("--cache-mb must be at least 1")
	case s.Writers < 1 || s.Writers > 16:
		return errors.New("--writers must be between 1 and 16")
	case s.WriteWindow < 1:
		return errors.New("--write-window must be at least 1")
	}
	return nil
}

// Validate implements kong's check of parsed values.
func (l *Listen) Validate() error {
	if _, _, err := net.SplitHostPort(l.Address); err != nil {
		return errors.New("--listen must be host:port, for example 127.0.0.1:8080 or :443")
	}
	if l.OpsAddress != "" {
		if _, _, err := net.SplitHostPort(l.OpsAddress); err != nil {
			return errors.New("--ops-listen must be host:port")
		}
	}
	if l.MailAddress != "" {
		if _, _, err := net.SplitHostPort(l.MailAddress); err != nil {
			return errors.New("--mail-listen must be host:port, for example :25")
		}
	}
	if l.Pprof && l.OpsAddress == "" {
		return errors.New("--pprof needs --ops-listen: profiles are not for everyone who reaches --listen")
	}
	if (l.TLSCert == "") != (l.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	if l.TLSCert != "" && len(l.TLSDomain) > 0 {
		return errors.New("--tls-domain gets its own certificates: leave out --tls-cert and --tls-key")
	}
	for _, text := range l.TrustedProxy {
		_, err := netip.ParsePrefix(text)
		if _, alone := netip.ParseAddr(text); err != nil && alone != nil {
			return fmt.Errorf("--trusted-proxy %q must be a network, for example 10.0.0.0/8, or an address", text)
		}
	}
	if l.PublicURL != "" {
		if err := baseURL(l.PublicURL); err != nil {
			return fmt.Errorf("--public-url %w", err)
		}
	}
	return nil
}

// Validate implements kong's check of parsed values.
func (p *Providers) Validate() error {
	for name, u := range p.ProviderURL {
		if name == "smtp" {
			if err := mailServer(u); err != nil {
				return err
			}
			continue
		}
		if err := baseURL(u); err != nil {
			return fmt.Errorf("--provider-url %s %w", name, err)
		}
	}
	return nil
}

// Validate implements kong's check of parsed values.
func (f *Files) Validate() error {
	if f.MaxUploadMB < 1 || f.MaxUploadMB > 2048 {
		return errors.New("--max-upload-mb must be between 1 and 2048")
	}
	if f.MaxMediaMB < 1 || f.MaxMediaMB > 2048 {
		return errors.New("--max-media-mb must be between 1 and 2048")
	}
	return nil
}

// Validate implements kong's check of parsed values.
func (w *Work) Validate() error {
	switch {
	case w.Senders < 1 || w.Senders > 16384:
		return errors.New("--senders must be between 1 and 16384")
	case w.WebhookSenders < 1 || w.WebhookSenders > 16384:
		return errors.New("--webhook-senders must be between 1 and 16384")
	case w.AppRate < 0 || w.AppRate > 1e6:
		return errors.New("--app-rate must be between 0 and 1000000")
	case w.AppBurst < 0 || w.AppBurst > 1e6:
		return errors.New("--app-burst must be between 0 and 1000000")
	case w.AppBurst > 0 && w.AppRate == 0:
		return errors.New("--app-burst goes with --app-rate")
	case w.ProviderTimeout < 100*time.Millisecond || w.ProviderTimeout > 5*time.Minute:
		return errors.New("--provider-timeout must be between 100ms and 5m")
	case w.Lease < 2*time.Second:
		return errors.New("--lease must be at least 2s")
	}
	return nil
}

// Validate implements kong's check of parsed values.
func (r *Retention) Validate() error {
	for _, d := range []time.Duration{r.RetainRaw, r.RetainWebhooks, r.RetainEvents, r.RetainMessages, r.RetainIdemKeys} {
		if d < 0 {
			return errors.New("the --retain settings must not be negative")
		}
	}
	if r.RetentionPeriod < time.Second {
		return errors.New("--retention-interval must be at least 1s")
	}
	return nil
}

func baseURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("must be an http or https URL without query, for example https://messages.example.com")
	}
	return nil
}

// mailServer refuses what does not name a mail server.
func mailServer(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return errors.New("--provider-url smtp must be smtp://host:port, or smtps://host:port with TLS")
	}
	return nil
}

// BaseURL returns the public URL without a slash at its end: the one that is
// set, or what follows from the address that is served.
func (l *Listen) BaseURL() string {
	if l.PublicURL != "" {
		return strings.TrimRight(l.PublicURL, "/")
	}
	if len(l.TLSDomain) > 0 {
		return "https://" + l.TLSDomain[0]
	}
	host, port, err := net.SplitHostPort(l.Address)
	if err != nil {
		return "http://" + l.Address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if l.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
