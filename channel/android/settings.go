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

	ProxyURL         string   `json:"proxyUrl" doc:"A service of your own that takes all pushes instead; https." update:"true" format:"url" max:"2048"`
	ProxyUser        string   `json:"proxyUser" doc:"The user that the push proxy wants (Basic)." update:"true"`
	ProxyPassword    string   `json:"proxyPassword" doc:"The user's password." secret:"true" update:"true"`
	ProxyCertificate string   `json:"proxyCertificate" doc:"The certificate that the push proxy wants to be shown, in PEM; with proxyKey." update:"true" max:"65536"`
	ProxyKey         string   `json:"proxyKey" doc:"The certificate's key, in PEM." secret:"true" update:"true" format:"pem" max:"16384"`
	ProxyHeaders     []string `json:"proxyHeaders" doc:"At most 4 headers that the push proxy gets besides, each as “Name: value”." secret:"true" update:"true"`
	ProxySecret      string   `json:"proxySecret" doc:"What pushes to the push proxy are signed with (X-Signature)." secret:"true" update:"true"`

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
	return &s, s.proxy().Check()
}

func (s *Settings) account() *fcm.Account {
	return &fcm.Account{ServerKey: s.ServerKey, SenderID: s.SenderID, ProjectID: s.ProjectID, ClientEmail: s.ClientEmail, PrivateKey: s.PrivateKey}
}

func (s *Settings) proxy() *proxy.Settings {
	return &proxy.Settings{
		URL: s.ProxyURL, User: s.ProxyUser, Password: s.ProxyPassword, Certificate: s.ProxyCertificate, Key: s.ProxyKey,
		Headers: s.ProxyHeaders, Secret: s.ProxySecret,
	}
}
