package apns

import (
	"encoding/json"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// Account is what settings say of a developer account.
type Account struct {
	KeyID           string `json:"keyId"`
	TeamID          string `json:"teamId"`
	PrivateKey      string `json:"privateKey"`
	BundleID        string `json:"bundleId"`
	Production      bool   `json:"production"`
	AutoUpdateBadge bool   `json:"autoUpdateBadge"`
	Certificate     string `json:"certificate"`
}

// idLength is of a key's id and of a team's.
const idLength = 10

// Check refuses an account that cannot sign. One without a key is no error.
func (a *Account) Check() error {
	if !a.HasKey() {
		return nil
	}
	for _, f := range []struct{ name, value string }{{"keyId", a.KeyID}, {"teamId", a.TeamID}, {"privateKey", a.PrivateKey}} {
		if f.value == "" {
			return heliograph.InvalidField(f.name, "is required beside the other fields of the credential")
		}
	}
	for _, f := range []struct{ name, value string }{{"keyId", a.KeyID}, {"teamId", a.TeamID}} {
		if len(f.value) != idLength || strings.Trim(f.value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			return heliograph.InvalidField(f.name, "must be the %d letters and digits that Apple shows", idLength)
		}
	}
	if _, err := push.EllipticKey(a.PrivateKey); err != nil {
		return heliograph.InvalidField("privateKey", "%s; the file that Apple gives ends in .p8", err.Error())
	}
	return nil
}

// HasKey reports whether a key, or a part of one, is there.
func (a *Account) HasKey() bool { return a.KeyID != "" || a.TeamID != "" || a.PrivateKey != "" }

// Why a device gets no push.
const (
	NoKey           push.Missing = "there is no key for Apple's push service: set keyId, teamId and privateKey on this integration, or on the app's apn integration"
	CertificateOnly push.Missing = "a certificate cannot be used: set keyId, teamId and privateKey (a .p8 key) on this integration, or on the app's apn integration"
)

// Service returns what sends for the account. What keeps it from sending is what
// every push is told.
func (a *Account) Service(base string, deps channel.Deps) (push.Service, error) {
	switch {
	case !a.HasKey() && a.Certificate != "":
		return CertificateOnly, nil
	case !a.HasKey():
		return NoKey, nil
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	key, err := push.EllipticKey(a.PrivateKey)
	if err != nil {
		return nil, heliograph.InvalidField("privateKey", "%s", err.Error())
	}
	return New(Options{
		HTTP2: deps.HTTP2, Base: base, Clock: deps.Clock, KeyID: a.KeyID, TeamID: a.TeamID, Key: key,
		Bundle: a.BundleID, Live: a.Production, Badge: a.AutoUpdateBadge,
	}), nil
}

// ServiceOf is Service for an account that belongs to another integration: what
// is wrong with it must not keep this one from being opened.
func ServiceOf(settings json.RawMessage, base string, deps channel.Deps) push.Service {
	var a Account
	if len(settings) > 0 && json.Unmarshal(settings, &a) != nil {
		return push.Missing("the settings of the app's apn integration cannot be read")
	}
	s, err := a.Service(base, deps)
	if err != nil {
		return push.Missing("the app's apn integration has a key that cannot be used: " + err.Error())
	}
	return s
}
