package whatsapp

import (
	"heliograph"
)

// Settings is what an integration of this channel is configured with.
type Settings struct {
	PhoneNumberID                string `json:"phoneNumberId" doc:"The id of the business phone number, from Meta's app dashboard. It is not the number itself." required:"true"`
	AccessToken                  string `json:"accessToken" doc:"The access token of a system user that may send with the number." required:"true" secret:"true" update:"true"`
	AppSecret                    string `json:"appSecret" doc:"The Meta app's secret, which signs what WhatsApp sends us." required:"true" secret:"true" update:"true"`
	VerifyToken                  string `json:"verifyToken" doc:"Any text; the same is to be entered as the verify token of the webhook in Meta's app dashboard." required:"true" secret:"true" update:"true"`
	AccountID                    string `json:"accountId" doc:"The id of the WhatsApp Business Account. It is needed for message templates." update:"true"`
	AccountManagementAccessToken string `json:"accountManagementAccessToken" doc:"An access token that may manage the account's templates. Without it accessToken is used." secret:"true" update:"true"`
	AppID                        string `json:"appId" doc:"The Meta app's id. It is needed to upload a picture for the business profile." update:"true"`
	APIVersion                   string `json:"apiVersion" doc:"The version of the Graph API to use; v25.0 unless set." update:"true"`
	HSMFallbackLanguage          string `json:"hsmFallbackLanguage" doc:"The language of templates for which none is named; en_US unless set." update:"true"`
	ListButton                   string `json:"listButton" doc:"What the button says that opens a list of choices, at most 20 characters; Options unless set." update:"true"`

	BaseURL      string `json:"baseUrl" doc:"Of the on-premises API, which is retired. It is refused." retired:"belongs to the on-premises API, which Meta has retired; set phoneNumberId, accessToken, appSecret and verifyToken of the Cloud API"`
	Username     string `json:"username" doc:"Of the on-premises API, which is retired. It is refused." retired:"belongs to the on-premises API, which Meta has retired; set phoneNumberId, accessToken, appSecret and verifyToken of the Cloud API"`
	Password     string `json:"password" doc:"Of the on-premises API, which is retired. It is refused." secret:"true" retired:"belongs to the on-premises API, which Meta has retired; set phoneNumberId, accessToken, appSecret and verifyToken of the Cloud API"`
	DeploymentID string `json:"deploymentId" doc:"Of the on-premises API, which is retired. It is refused." retired:"belongs to the on-premises API, which Meta has retired; set phoneNumberId, accessToken, appSecret and verifyToken of the Cloud API"`
}

// What holds when the setting is left out.
const (
	defaultVersion    = "v25.0"
	defaultLanguage   = "en_US"
	defaultListButton = "Options"
)

func (s *Settings) check() error {
	for _, f := range []struct{ field, value string }{
		{"phoneNumberId", s.PhoneNumberID}, {"accessToken", s.AccessToken},
		{"appSecret", s.AppSecret}, {"verifyToken", s.VerifyToken},
	} {
		if f.value == "" {
			return heliograph.InvalidField(f.field, "is required")
		}
	}
	for _, f := range []struct{ field, value string }{
		{"phoneNumberId", s.PhoneNumberID}, {"accountId", s.AccountID}, {"appId", s.AppID},
	} {
		if f.value != "" && !isID(f.value) {
			return heliograph.InvalidField(f.field, "must be an id of Meta's: letters and digits")
		}
	}
	for _, f := range []struct{ field, value string }{
		{"accessToken", s.AccessToken}, {"accountManagementAccessToken", s.AccountManagementAccessToken},
	} {
		if !printable(f.value) {
			return heliograph.InvalidField(f.field, "has characters that no access token has")
		}
	}
	switch {
	case s.APIVersion != "" && !isVersion(s.APIVersion):
		return heliograph.InvalidField("apiVersion", "must be of the form v25.0")
	case runes(s.ListButton) > maxButton:
		return heliograph.InvalidField("listButton", "is longer than %d characters", maxButton)
	}
	return nil
}

func (s *Settings) version() string { return or(s.APIVersion, defaultVersion) }

func (s *Settings) language() string { return or(s.HSMFallbackLanguage, defaultLanguage) }

// management is the token for the account, as opposed to the number.
func (s *Settings) management() string { return or(s.AccountManagementAccessToken, s.AccessToken) }

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// isID bounds what goes into URLs; whether it exists only Meta knows.
func isID(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// printable holds for what can stand in a header.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func isVersion(s string) bool {
	if len(s) < 4 || len(s) > 8 || s[0] != 'v' {
		return false
	}
	dots := 0
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '.':
			dots++
		case s[i] < '0' || s[i] > '9':
			return false
		}
	}
	return dots == 1 && s[1] != '.' && s[len(s)-1] != '.'
}

func (s *Settings) secrets() []string {
	var out []string
	for _, v := range []string{s.AccessToken, s.AppSecret, s.VerifyToken, s.AccountManagementAccessToken} {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
