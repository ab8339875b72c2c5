package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"strings"
)

// How a device can be connected; see Settings.Transport.
const (
	TransportAuto      = "" // WebSocket, and what works where that does not
	TransportWebSocket = "websocket"
	TransportEvents    = "events" // server-sent events
	TransportPolling   = "polling"
)

// Settings say what a client is. Server and Integration are needed; the rest may
// be left as it is.
type Settings struct {
	Server      string // https://messages.example.com
	Integration string // the id of the app's integration of type ios, android or web

	// StorageDir is a folder of this app's own, in which the device's id, its
	// session and unsent messages are kept. With neither StorageDir nor Storage
	// nothing outlives the client.
	StorageDir string
	Storage    Storage // instead of StorageDir: a keychain, say

	UserID   string // whom Init goes on as; "": whoever was there, or nobody
	JWT      string // proves UserID
	AuthCode string // a one-time code, instead

	Listener Listener
	Delegate Delegate

	// What the business sees of the device.
	AppID       string
	AppName     string
	AppVersion  string
	OS          string
	OSVersion   string
	DeviceModel string
	Carrier     string
	Locale      string
	TimeZone    string

	// RootCertificates are those (PEM) of who signed the server's certificate;
	// empty: those of the system.
	RootCertificates []byte
	// Transport is how to be connected.
	Transport string
}

// NewSettings returns settings with what every client needs.
func NewSettings(server, integration string) *Settings {
	return &Settings{Server: server, Integration: integration}
}

// sdkVersion is told to the server.
const sdkVersion = "go-1.0.0"

func (s *Settings) base() (string, error) {
	u, err := url.Parse(strings.TrimRight(s.Server, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("Settings.Server must be the server's URL, for example https://messages.example.com")
	}
	if s.Integration == "" || strings.ContainsAny(s.Integration, "/?#%") {
		return "", errors.New("Settings.Integration must be the id of an integration")
	}
	switch s.Transport {
	case TransportAuto, TransportWebSocket, TransportEvents, TransportPolling:
	default:
		return "", errors.New("Settings.Transport must be websocket, events, polling or nothing")
	}
	return u.String() + "/sdk/v1/" + s.Integration, nil
}

func (s *Settings) tls() (*tls.Config, error) {
	if len(s.RootCertificates) == 0 {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(s.RootCertificates) {
		return nil, errors.New("Settings.RootCertificates has no certificate in PEM")
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// info is what the device tells of itself.
func (s *Settings) info() map[string]string {
	info := map[string]string{}
	for name, value := range map[string]string{
		"sdkVersion": sdkVersion, "appId": s.AppID, "appName": s.AppName, "os": s.OS, "osVersion": s.OSVersion,
		"devicePlatform": s.DeviceModel, "carrier": s.Carrier, "locale": s.Locale, "timeZone": s.TimeZone,
	} {
		if value != "" {
			info[name] = value
		}
	}
	return info
}
