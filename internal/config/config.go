// Package config is every setting of the server, as struct fields whose tags
// give the flag, its default and its description. The command line, the
// environment and the reference page all follow from them. It reads nothing
// itself.
package config

import (
	"path/filepath"
	"time"

	"heliograph"
)

// Config is what "heliograph serve" can be told.
type Config struct {
	Storage
	Log
	Listen
	Providers
	Files
	Work
	Retention
}

// Storage says where the state is. Every command that touches it takes these.
type Storage struct {
	Data        string            `group:"Storage" default:"./heliograph-data" placeholder:"DIR" help:"Folder for the SQLite database, the master key and certificates. Made when it is missing."`
	DatabaseURL heliograph.Secret `group:"Storage" placeholder:"URL" help:"PostgreSQL, as postgres://user:password@host/database. Empty: SQLite in --data."`
	MasterKey   heliograph.Secret `group:"Storage" placeholder:"KEY" help:"32 bytes in base64 that encrypt secrets at rest; several, separated by commas, during a rotation (the first one seals). Give it by the environment: others on the machine can read command lines. Empty: the file master.key in --data, made at the first start."`
	CacheMB     int               `group:"Storage" name:"cache-mb" default:"64" placeholder:"MB" help:"Memory for database pages, SQLite only."`
	Writers     int               `group:"Storage" default:"3" placeholder:"N" help:"Connections that commit batches of writes, PostgreSQL only. One works; the others help when it is late."`
	WriteWindow int               `group:"Storage" default:"16384" placeholder:"N" help:"Writes that may wait for their commit. Beyond it callers get 429 with Retry-After."`
}

// SQLiteFile is the path of the SQLite database.
func (s *Storage) SQLiteFile() string { return filepath.Join(s.Data, "heliograph.db") }

// MasterKeyFile is the path of the master key.
func (s *Storage) MasterKeyFile() string { return filepath.Join(s.Data, "master.key") }

// Log says how to log.
type Log struct {
	LogFormat string `group:"Log" enum:"text,json" default:"text" help:"How log lines are written: text or json."`
	LogLevel  string `group:"Log" enum:"debug,info,warn,error" default:"info" help:"The least severe level that is logged: debug, info, warn or error."`
}

// Listen says how callers reach the server.
type Listen struct {
	Address         string        `group:"Network" name:"listen" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address to serve on."`
	OpsAddress      string        `group:"Network" name:"ops-listen" placeholder:"ADDR" help:"Serve /healthz, /readyz and /metrics on this address only. Empty: on --listen."`
	MailAddress     string        `group:"Network" name:"mail-listen" placeholder:"ADDR" help:"Take mail by SMTP on this address, for example :25: answers and bounces for integrations of type smtp. STARTTLS is offered with the certificate of --tls-cert or --tls-domain. Empty: no mail is taken."`
	Pprof           bool          `group:"Network" help:"Serve profiles of the process under /debug/pprof/ on --ops-listen, for measurements."`
	PublicURL       string        `group:"Network" placeholder:"URL" help:"How providers and customers reach this server, for example https://messages.example.com. Providers' callbacks are built from it and checked against it. Empty: http:// and --listen, which only a simulator on the same machine can reach."`
	TLSCert         string        `group:"Network" name:"tls-cert" placeholder:"FILE" help:"Serve TLS with this certificate chain (PEM). It is read again when the file changes."`
	TLSKey          string        `group:"Network" name:"tls-key" placeholder:"FILE" help:"The private key of --tls-cert (PEM)."`
	TLSDomain       []string      `group:"Network" name:"tls-domain" placeholder:"NAME" help:"Serve TLS with certificates for these names from Let's Encrypt, kept in --data. --listen must be reachable as port 443 of each. Using it accepts their terms."`
	TLSEmail        string        `group:"Network" name:"tls-email" placeholder:"EMAIL" help:"Where the certificate authority may write to."`
	TrustedProxy    []string      `group:"Network" name:"trusted-proxy" placeholder:"NETWORK" help:"Network or address of a proxy in front, for example 10.0.0.0/8: its X-Forwarded-For says who calls. Needed behind a proxy with a public address, or all visitors of web pages share one limit; and for --geoip. Repeatable."`
	GeoIP           string        `group:"Network" name:"geoip" placeholder:"FILE" help:"A MaxMind database of cities or countries (.mmdb): devices of customers are then known by country and city, as far as their addresses tell (see --trusted-proxy). It is read again when the file changes."`
	ShutdownTimeout time.Duration `group:"Network" default:"30s" placeholder:"TIME" help:"How long a stop waits for requests and sends that are under way."`
}

// Providers says where the outside is.
type Providers struct {
	ProviderURL         map[string]string `group:"Providers" mapsep:";" placeholder:"NAME=URL" help:"Base URL to use instead of a channel's provider, for example twilio=http://127.0.0.1:8090, or smtp=smtp://127.0.0.1:1025. Repeatable."`
	AllowPrivateTargets bool              `group:"Providers" help:"Let webhooks reach loopback, private and link-local addresses."`
}

// Files bounds the files that are kept.
type Files struct {
	MaxUploadMB int `group:"Files" name:"max-upload-mb" default:"50" placeholder:"MB" help:"The largest file that the business may upload."`
	MaxMediaMB  int `group:"Files" name:"max-media-mb" default:"100" placeholder:"MB" help:"The largest file of a customer that is fetched from a provider."`
}

// Work says how much is done at once.
type Work struct {
	Senders        int           `group:"Work" default:"1024" placeholder:"N" help:"Calls of providers under way at once, over all integrations."`
	WebhookSenders int           `group:"Work" default:"256" placeholder:"N" help:"Calls of webhooks under way at once."`
	AppRate        int           `group:"Work" default:"0" placeholder:"N" help:"API calls per second that one app may make of this process. Beyond it, callers get 429 with Retry-After. 0: no limit."`
	AppBurst       int           `group:"Work" default:"0" placeholder:"N" help:"API calls that one app may make at once, under --app-rate. 0: what --app-rate allows in two seconds."`
	Lease          time.Duration `group:"Work" default:"20s" placeholder:"TIME" help:"How long work stays with a process that no longer answers, before another one takes it over."`
	// ProviderTimeout is cut to what a lease allows: see CallTimeout.
	ProviderTimeout time.Duration `group:"Work" default:"15s" placeholder:"TIME" help:"How long one call of a provider may take at most; a channel may allow less. After it the outcome is unknown. Several processes allow no more than three quarters of --lease."`
}

// CallTimeout is how long one call of a provider may take. Where processes share
// the work it ends well before their lease does: nobody may take an attempt that
// is under way for one that a dead process left behind.
func (c *Config) CallTimeout() time.Duration {
	if c.DatabaseURL == "" {
		return c.ProviderTimeout
	}
	return min(c.ProviderTimeout, c.Lease*3/4)
}

// Retention says how long history is kept. Zero keeps it for ever.
type Retention struct {
	RetainRaw       time.Duration `group:"Retention" default:"168h" placeholder:"TIME" help:"Keep what providers sent, as they sent it."`
	RetainWebhooks  time.Duration `group:"Retention" default:"168h" placeholder:"TIME" help:"Keep the log of webhook calls."`
	RetainEvents    time.Duration `group:"Retention" default:"2160h" placeholder:"TIME" help:"Keep events, deliveries and their attempts. Replays reach back this far."`
	RetainMessages  time.Duration `group:"Retention" default:"0s" placeholder:"TIME" help:"Keep messages. 0s: for ever."`
	RetainIdemKeys  time.Duration `group:"Retention" name:"retain-idempotency-keys" default:"24h" placeholder:"TIME" help:"Keep idempotency keys and their answers."`
	RetentionPeriod time.Duration `group:"Retention" name:"retention-interval" default:"1m" placeholder:"TIME" help:"How often what is too old is looked for."`
}
