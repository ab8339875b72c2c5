// Package channeltest runs a channel against tables of cases, with neither a
// database nor a provider. A table says what goes out and what comes in; what
// every channel must do besides, and people forget, is checked without asking:
// see RunOutgoing and RunIncoming.
package channeltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
)

// What channels under test are given.
const (
	BaseURL = "https://provider.example.test/base"
	HookURL = "https://hooks.example.test/hooks/test/000000000000000000000001"
)

// Now is the time in every test whose Setup names none.
var Now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// Delivery is the id of every delivery in a table.
var Delivery = heliograph.NotificationID{0x01, 0x93, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}

// Setup is the integration that a table runs against.
type Setup struct {
	Type     channel.Type
	Settings string            // JSON, secrets included
	Info     map[string]string // what Verify would have returned
	// Credentials are the settings of integrations that Type.Credentials names.
	Credentials map[string]json.RawMessage
	Plain       bool   // the operator lets tenants name URLs of http
	Address     string // a recipient, in its normal spelling
	Now         time.Time

	// BodyUnsigned says that the provider's proof does not cover the body, so that
	// no other body is tried; Unsigned that it proves nothing at all: then no
	// forgeries are tried.
	BodyUnsigned, Unsigned bool
}

// Auth is what channels under test are given to authenticate with.
type Auth struct{}

// MAC implements channel.Authenticator.
func (Auth) MAC(purpose, text string) string {
	sum := sha256.Sum256([]byte("channeltest\x00" + purpose + "\x00" + text))
	return hex.EncodeToString(sum[:16])
}

// VerifyMAC implements channel.Authenticator.
func (a Auth) VerifyMAC(purpose, text, mac string) bool { return a.MAC(purpose, text) == mac }

// noMedia is a host that serves no files.
func noMedia(context.Context, string) (*channel.Blob, error) {
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such file")
}

// findings collects what is wrong, so that the checks themselves can be tested.
type findings struct{ list []string }

func (f *findings) add(format string, args ...any) {
	f.list = append(f.list, fmt.Sprintf(format, args...))
}

func (f *findings) report(t *testing.T) {
	t.Helper()
	for _, s := range f.list {
		t.Error(s)
	}
}

// opened is a channel and what surrounds it.
type opened struct {
	channel.Channel
	log *logBuffer
}

func (s *Setup) open(rt http.RoundTripper, base string) (*opened, error) {
	log := new(logBuffer)
	now := s.Now
	if now.IsZero() {
		now = Now
	}
	ch, err := s.Type.Open(
		channel.Config{Integration: heliograph.IntegrationID{11: 1}, Settings: []byte(s.Settings), Info: s.Info, Credentials: s.Credentials},
		channel.Deps{
			HTTP: rt, HTTP2: rt, Guarded: rt, GuardedAs: func(tls.Certificate) http.RoundTripper { return rt }, Plain: s.Plain, Dial: new(net.Dialer).DialContext, BaseURL: base, HookURL: HookURL,
			Clock: func() time.Time { return now }, Auth: Auth{}, Media: noMedia,
			Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
	return &opened{Channel: ch, log: log}, err
}

// secrets are the values of the settings that are declared secret.
func (s *Setup) secrets() (out []string) {
	var doc map[string]any
	_ = json.Unmarshal([]byte(s.Settings), &doc)
	for _, f := range channel.Fields(s.Type.Settings) {
		if !f.Secret {
			continue
		}
		switch v := doc[f.Name].(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, each := range v {
				text, _ := each.(string)
				out = append(out, text)
			}
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// logBuffer is what a channel logged.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
