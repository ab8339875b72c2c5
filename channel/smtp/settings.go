package smtp

import (
	"net"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel/mime"
)

// Settings is what an integration of this channel is configured with.
type Settings struct {
	Host                string `json:"host" doc:"The mail server that takes our mails, for example smtp.example.com." required:"true" update:"true"`
	Port                int    `json:"port" doc:"Its port. 0: 587 for starttls, 465 for tls, 25 for none." update:"true"`
	Security            string `json:"security" doc:"How the connection is encrypted: starttls, tls from the start, or none. Empty: starttls." update:"true"`
	Username            string `json:"username" doc:"Whom to log in as. Empty: no log-in." update:"true"`
	Password            string `json:"password" doc:"The password to log in with." secret:"true" update:"true"`
	FromAddress         string `json:"fromAddress" doc:"The address that mails come from." required:"true" update:"true"`
	IncomingAddress     string `json:"incomingAddress" doc:"An address that people may write to, which reaches this server. Empty: they can only answer." update:"true"`
	InboundDomain       string `json:"inboundDomain" doc:"The domain whose every address reaches this server: answers go to addresses in it. Empty: that of incomingAddress; without either people cannot answer here." update:"true"`
	BounceDomain        string `json:"bounceDomain" doc:"The domain whose every address reaches this server, to which bounces go. Empty: inboundDomain." update:"true"`
	HideUnsubscribeLink bool   `json:"hideUnsubscribeLink" doc:"Leave out the unsubscribe link below mails. Marketing stays unsubscribable by the mail program's own button." update:"true"`
	InboundSecret       string `json:"inboundSecret" doc:"What proves that a mail posted to /inbound comes from your own mail server: it stands in the header Authorization, after Bearer. Empty: none are taken there." secret:"true" update:"true"`
}

// How a connection is encrypted.
const (
	startTLS = "starttls"
	fullTLS  = "tls"
	noTLS    = "none"
)

// check fills in what follows from the rest and refuses what cannot work.
func (s *Settings) check() error {
	switch {
	case s.Host == "":
		return heliograph.InvalidField("host", "is required")
	case !isHost(s.Host):
		return heliograph.InvalidField("host", "must be the name of a host, or its IP address")
	case s.Port < 0 || s.Port > 65535:
		return heliograph.InvalidField("port", "must be from 1 to 65535")
	case s.FromAddress == "":
		return heliograph.InvalidField("fromAddress", "is required")
	case s.Username == "" && s.Password != "":
		return heliograph.InvalidField("username", "is required with a password")
	case strings.ContainsAny(s.Username+s.Password, "\r\n\x00"):
		return heliograph.InvalidField("password", "and username must be of one line")
	}
	var port int
	switch s.Security {
	case "", startTLS:
		s.Security, port = startTLS, 587
	case fullTLS:
		port = 465
	case noTLS:
		port = 25
	default:
		return heliograph.InvalidField("security", "must be starttls, tls or none")
	}
	if s.Port == 0 {
		s.Port = port
	}
	return s.checkAddresses()
}

func (s *Settings) checkAddresses() error {
	var ok bool
	if s.FromAddress, ok = mime.Normalise(s.FromAddress); !ok {
		return heliograph.InvalidField("fromAddress", "must be an e-mail address")
	}
	if s.IncomingAddress != "" {
		if s.IncomingAddress, ok = mime.Normalise(s.IncomingAddress); !ok {
			return heliograph.InvalidField("incomingAddress", "must be an e-mail address")
		}
		if s.InboundDomain == "" {
			s.InboundDomain = mime.Domain(s.IncomingAddress)
		}
	}
	if s.BounceDomain == "" {
		s.BounceDomain = s.InboundDomain
	}
	for _, d := range []struct{ field, value string }{{"inboundDomain", s.InboundDomain}, {"bounceDomain", s.BounceDomain}} {
		if d.value != "" && !mime.IsDomain(d.value) {
			return heliograph.InvalidField(d.field, "must be a domain in lower case, such as reply.example.com")
		}
	}
	return nil
}

func isHost(s string) bool {
	if net.ParseIP(s) != nil {
		return true
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return len(s) <= 253
}

func (s *Settings) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
