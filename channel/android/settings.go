package android

import (
	"heliograph/channel/push"
	"heliograph/channel/push/fcm"
	"heliograph/channel/push/proxy"
)

// Settings is what an integration of this channel is configured with.
type Settings struct {
	ServerKey   string `json:"serverKey" doc:"The key of Firebase's retired API; with senderId. It is kept, and cannot be used." secret:"true" update:"true"`
	SenderID    string `json:"senderId" doc:"The project's number; with serverKey." update:"true"`
	ProjectID   string `json:"projectId" doc:"The project's id; with clientEmail and privateKey. Without them, those of the app's fcm integration are used." update:"true"`
	ClientEmail string `json:"clientEmail" doc:"The service account that sends." update:"true"`
	PrivateKey  string `json:"privateKey" doc:"The service account's key, in PEM." secret:"true" update:"true" format:"pem" max:"16384"`

	proxy.Settings

	RequireAuth bool `json:"requireAuth" doc:"Let nobody go on as a user of yours without a JWT." update:"true" default:"false"`
}

func read(settings []byte) (*Settings, error) {
	var s Settings
	if err := push.Read(settings, &s); err != nil {
		return nil, err
	}
	if err := s.account().Check(); err != nil {
		return nil, err
	}
	return &s, s.Settings.Check()
}

func (s *Settings) account() *fcm.Account {
	return &fcm.Account{ServerKey: s.ServerKey, SenderID: s.SenderID, ProjectID: s.ProjectID, ClientEmail: s.ClientEmail, PrivateKey: s.PrivateKey}
}
