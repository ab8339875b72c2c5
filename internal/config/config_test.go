package config

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, args ...string) (*Config, error) {
	t.Helper()
	c := &Config{}
	p, err := kong.New(c, kong.DefaultEnvars("HELIOGRAPH"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Parse(args)
	return c, err
}

func TestDefaultsAreEnough(t *testing.T) {
	c, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	if c.Address != "127.0.0.1:8080" || c.Data != "./heliograph-data" || c.DatabaseURL != "" || c.AllowPrivateTargets {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff(c, Default()); diff != "" {
		t.Errorf("Default() differs from no flags: %s", diff)
	}
	if got := c.BaseURL(); got != "http://127.0.0.1:8080" {
		t.Errorf("BaseURL() = %q", got)
	}
}

func TestFlagsBeforeEnvironment(t *testing.T) {
	t.Setenv("HELIOGRAPH_LISTEN", ":1000")
	t.Setenv("HELIOGRAPH_DATABASE_URL", "postgres://u:p@h/d")
	t.Setenv("HELIOGRAPH_PROVIDER_URL", "twilio=http://a:1;other=http://b:2")
	t.Setenv("HELIOGRAPH_ALLOW_PRIVATE_TARGETS", "true")
	c, err := parse(t, "--listen", ":2000")
	if err != nil {
		t.Fatal(err)
	}
	if c.Address != ":2000" || c.DatabaseURL.Reveal() != "postgres://u:p@h/d" || !c.AllowPrivateTargets ||
		c.ProviderURL["twilio"] != "http://a:1" || c.ProviderURL["other"] != "http://b:2" {
		t.Errorf("%+v", c)
	}
}

func TestRefusals(t *testing.T) {
	tests := map[string][]string{
		"postgres://":     {"--database-url=mysql://x"},
		"host:port":       {"--listen=8080"},
		"--trusted-proxy": {"--trusted-proxy=proxy.example"},
		"--ops-listen":    {"--pprof"},
		"go together":     {"--tls-cert=a.pem"},
		"leave out":       {"--tls-cert=a.pem", "--tls-key=b.pem", "--tls-domain=example.com"},
		"--public-url":    {"--public-url=messages.example.com"},
		"twilio":          {"--provider-url=twilio=nowhere"},
		"--lease":         {"--lease=1s"},
		"--senders":       {"--senders=0"},
		"--provider-t":    {"--provider-timeout=1ms"},
		"--retain":        {"--retain-raw=-1s"},
		"log-format":      {"--log-format=xml"},
	}
	for want, args := range tests {
		if _, err := parse(t, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want an error that names %s", args, err, want)
		}
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		listen Listen
		want   string
	}{
		{Listen{Address: ":8080"}, "http://127.0.0.1:8080"},
		{Listen{Address: "0.0.0.0:80"}, "http://127.0.0.1:80"},
		{Listen{Address: "[::1]:8080"}, "http://[::1]:8080"},
		{Listen{Address: "10.0.0.5:8443", TLSCert: "c", TLSKey: "k"}, "https://10.0.0.5:8443"},
		{Listen{Address: ":443", TLSDomain: []string{"a.example", "b.example"}}, "https://a.example"},
		{Listen{Address: ":1", PublicURL: "https://x.example/base/"}, "https://x.example/base"},
	}
	for _, tt := range tests {
		if got := tt.listen.BaseURL(); got != tt.want {
			t.Errorf("BaseURL(%+v) = %q, want %q", tt.listen, got, tt.want)
		}
	}
}

func TestCallsEndBeforeTheLease(t *testing.T) {
	t.Parallel()
	c := Default()
	c.ProviderTimeout, c.Lease = 15*time.Second, 8*time.Second
	if got := c.CallTimeout(); got != 15*time.Second {
		t.Errorf("alone: %v", got)
	}
	c.DatabaseURL = "postgres://db"
	if got := c.CallTimeout(); got != 6*time.Second {
		t.Errorf("where a lease may be taken over: %v", got)
	}
}

// The reference page and the command line must tell the same.
func TestSettingsAreTheFlags(t *testing.T) {
	t.Parallel()
	p, err := kong.New(&Config{}, kong.DefaultEnvars("HELIOGRAPH"))
	if err != nil {
		t.Fatal(err)
	}
	flags := map[string]*kong.Flag{}
	for _, f := range p.Model.Flags {
		if f.Name != "help" {
			flags["--"+f.Name] = f
		}
	}
	for _, s := range Settings() {
		f := flags[s.Flag]
		if f == nil {
			t.Errorf("%s is documented, but no flag", s.Flag)
			continue
		}
		if len(f.Envs) != 1 || f.Envs[0] != s.Env {
			t.Errorf("%s: environment %v, documented as %s", s.Flag, f.Envs, s.Env)
		}
		if s.Help == "" || s.Group == "" {
			t.Errorf("%s has no help or no group", s.Flag)
		}
		delete(flags, s.Flag)
	}
	for name := range flags {
		t.Errorf("%s is a flag, but not documented", name)
	}
}

func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	const path = "../../docs/reference/configuration.md"
	var b bytes.Buffer
	if err := WriteDoc(&b); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(have, b.Bytes()) {
		t.Errorf("%s is not current (%v): run make generate", path, err)
	}
}
