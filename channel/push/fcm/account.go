package fcm

import (
	"encoding/json"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// Account is what settings say of a project.
type Account struct {
	ServerKey   string `json:"serverKey"`
	SenderID    string `json:"senderId"`
	ProjectID   string `json:"projectId"`
	ClientEmail string `json:"clientEmail"`
	PrivateKey  string `json:"privateKey"`
}

// HasKey reports whether there is a service account.
func (a *Account) HasKey() bool {
	return a.ProjectID != "" && a.ClientEmail != "" && a.PrivateKey != ""
}

// HasAny reports whether there is a credential of either kind.
func (a *Account) HasAny() bool { return a.HasKey() || a.ServerKey != "" }

// Check refuses half of a credential, and a key that cannot sign. An account
// without one is no error.
func (a *Account) Check() error {
	for _, kind := range [][]struct{ name, value string }{
		{{"serverKey", a.ServerKey}, {"senderId", a.SenderID}},
		{{"projectId", a.ProjectID}, {"clientEmail", a.ClientEmail}, {"privateKey", a.PrivateKey}},
	} {
		have, lacks := 0, ""
		for _, f := range kind {
			if f.value != "" {
				have++
			} else {
				lacks = f.name
			}
		}
		if have > 0 && lacks != "" {
			return heliograph.InvalidField(lacks, "is required beside the other fields of the credential")
		}
	}
	if strings.Trim(a.ProjectID, "abcdefghijklmnopqrstuvwxyz0123456789-.:") != "" {
		return heliograph.InvalidField("projectId", "must be a project's id: lower-case letters, digits and hyphens")
	}
	if a.PrivateKey == "" {
		return nil
	}
	if _, err := push.RSAKey(a.PrivateKey); err != nil {
		return heliograph.InvalidField("privateKey", "%s", err.Error())
	}
	return nil
}

// Why a device gets no push.
const (
	NoKey   push.Missing = "there is no key for Firebase: set projectId, clientEmail and privateKey on this integration, or on the app's fcm integration"
	Retired push.Missing = "a serverKey is of an API that Google has ended: set projectId, clientEmail and privateKey on this integration, or on the app's fcm integration"
)

// Service returns what sends for the account. What keeps it from sending is what
// every push is told.
func (a *Account) Service(o Options) (push.Service, error) {
	switch {
	case !a.HasKey() && a.ServerKey != "":
		return Retired, nil
	case !a.HasKey():
		return NoKey, nil
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	key, err := push.RSAKey(a.PrivateKey)
	if err != nil {
		return nil, heliograph.InvalidField("privateKey", "%s", err.Error())
	}
	o.Project, o.Email, o.Key = a.ProjectID, a.ClientEmail, key
	return New(o), nil
}

// ServiceOf is Service for an account that belongs to another integration: what
// is wrong with it must not keep this one from being opened.
func ServiceOf(settings json.RawMessage, o Options) push.Service {
	var a Account
	if len(settings) > 0 && json.Unmarshal(settings, &a) != nil {
		return push.Missing("the settings of the app's fcm integration cannot be read")
	}
	s, err := a.Service(o)
	if err != nil {
		return push.Missing("the app's fcm integration has a key that cannot be used: " + err.Error())
	}
	return s
}

// Through returns the options for an integration whose provider is at base; real
// says that this is where it really is.
func Through(base string, real bool, deps channel.Deps) Options {
	if real {
		base = Base
	}
	return Options{HTTP: deps.HTTP, Base: base, Clock: deps.Clock}
}
