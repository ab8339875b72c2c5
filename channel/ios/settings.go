package ios

import (
	"heliograph/channel/push"
	"heliograph/channel/push/apns"
	"heliograph/channel/push/proxy"
)

// Settings is what an integration of this channel is configured with.
type Settings struct {
	Certificate     string `json:"certificate" doc:"A push certificate with its key: the base64 of a PKCS #12 archive. It is kept, and cannot be used: Apple is shown a key." secret:"true" update:"true" format:"p12" max:"65536"`
	Password        string `json:"password" doc:"The archive's password." secret:"true" update:"true"`
	Production      bool   `json:"production" doc:"Use Apple's production servers." update:"true" default:"false"`
	AutoUpdateBadge bool   `json:"autoUpdateBadge" doc:"Show the unread count on the app's icon." update:"true" default:"false"`

	KeyID      string `json:"keyId" doc:"The id of the key that Apple gave for its push service; with teamId and privateKey. Without a key, that of the app's apn integration is used." update:"true"`
	TeamID     string `json:"teamId" doc:"The id of the developer account." update:"true"`
	PrivateKey string `json:"privateKey" doc:"The key, in PEM: what the file that ends in .p8 holds." secret:"true" update:"true" format:"pem" max:"16384"`
	BundleID   string `json:"bundleId" doc:"The app, for devices that do not name it." update:"true" max:"255"`

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

func (s *Settings) account() *apns.Account {
	return &apns.Account{
		KeyID: s.KeyID, TeamID: s.TeamID, PrivateKey: s.PrivateKey, BundleID: s.BundleID,
		Production: s.Production, AutoUpdateBadge: s.AutoUpdateBadge, Certificate: s.Certificate,
	}
}
