package declared

// What the v1.1 API knows of each type. Who wants to check credentials with the
// provider needs the type's channel.

type android struct {
	ServerKey   string `json:"serverKey" doc:"The key of Firebase's retired API; with senderId." secret:"true" update:"true"`
	SenderID    string `json:"senderId" doc:"The project's number; with serverKey." update:"true"`
	ProjectID   string `json:"projectId" doc:"The project's id; with clientEmail and privateKey." update:"true"`
	ClientEmail string `json:"clientEmail" doc:"The service account that sends." update:"true"`
	PrivateKey  string `json:"privateKey" doc:"The service account's key, in PEM." secret:"true" update:"true" format:"pem" max:"16384"`
}

type apn struct {
	Certificate     string `json:"certificate" doc:"The push certificate with its key: the base64 of a PKCS #12 archive." required:"true" secret:"true" format:"p12" max:"65536"`
	Password        string `json:"password" doc:"The archive's password." secret:"true"`
	Production      bool   `json:"production" doc:"Use Apple's production servers." update:"true" default:"false"`
	AutoUpdateBadge bool   `json:"autoUpdateBadge" doc:"Show the unread count on the app's icon." default:"false"`
}

type apple struct {
	BusinessID string `json:"businessId" doc:"The business's id at Apple." required:"true"`
	APISecret  string `json:"apiSecret" doc:"The secret of the messaging service provider." required:"true" secret:"true"`
	MSPID      string `json:"mspId" doc:"The id of the messaging service provider." required:"true"`
}

type fcm struct {
	ServerKey   string `json:"serverKey" doc:"The key of Firebase's retired API; with senderId." secret:"true"`
	SenderID    string `json:"senderId" doc:"The project's number; with serverKey."`
	ProjectID   string `json:"projectId" doc:"The project's id; with clientEmail and privateKey."`
	ClientEmail string `json:"clientEmail" doc:"The service account that sends."`
	PrivateKey  string `json:"privateKey" doc:"The service account's key, in PEM." secret:"true" format:"pem" max:"16384"`
}

type instagram struct {
	PageAccessToken string `json:"pageAccessToken" doc:"The token of the page that the account belongs to." required:"true" secret:"true"`
	AppID           string `json:"appId" doc:"The app's id at Meta." required:"true"`
	AppSecret       string `json:"appSecret" doc:"The app's secret at Meta." required:"true" secret:"true"`
}

type ios struct {
	Certificate     string `json:"certificate" doc:"The push certificate with its key: the base64 of a PKCS #12 archive." secret:"true" update:"true" format:"p12" max:"65536"`
	Password        string `json:"password" doc:"The archive's password." secret:"true" update:"true"`
	Production      bool   `json:"production" doc:"Use Apple's production servers." update:"true" default:"false"`
	AutoUpdateBadge bool   `json:"autoUpdateBadge" doc:"Show the unread count on the app's icon." update:"true" default:"false"`
}

type line struct {
	ChannelAccessToken string `json:"channelAccessToken" doc:"The long-lived token of the Messaging API channel." secret:"true"`
	ChannelID          string `json:"channelId" doc:"The channel's id." update:"true"`
	ChannelSecret      string `json:"channelSecret" doc:"The channel's secret." secret:"true" update:"true"`
	QRCodeURL          string `json:"qrCodeUrl" doc:"Where the code that adds the account is shown." update:"true" format:"url" max:"2048"`
	ServiceCode        string `json:"serviceCode" doc:"The service code of a partner." update:"true"`
	SwitcherSecret     string `json:"switcherSecret" doc:"The switcher secret of a partner." secret:"true" update:"true"`
}

type messenger struct {
	PageAccessToken string `json:"pageAccessToken" doc:"The page's token." required:"true" secret:"true"`
	AppID           string `json:"appId" doc:"The app's id at Meta." required:"true"`
	AppSecret       string `json:"appSecret" doc:"The app's secret at Meta." required:"true" secret:"true"`
}

type telegram struct {
	Token string `json:"token" doc:"The bot's token." required:"true" secret:"true"`
}

type twitter struct {
	ConsumerKey       string `json:"consumerKey" doc:"The app's key." required:"true"`
	ConsumerSecret    string `json:"consumerSecret" doc:"The app's secret." required:"true" secret:"true"`
	AccessTokenKey    string `json:"accessTokenKey" doc:"The account's access token." required:"true"`
	AccessTokenSecret string `json:"accessTokenSecret" doc:"The access token's secret." required:"true" secret:"true"`
	Tier              string `json:"tier" doc:"The tier of the account activity API."`
	EnvName           string `json:"envName" doc:"The environment of the account activity API."`
}

type viber struct {
	Token string `json:"token" doc:"The public account's token." required:"true" secret:"true"`
}

type web struct {
	BrandColor         string   `json:"brandColor" doc:"Of the header and the launcher: hex digits, without #." update:"true" format:"color" default:"65758e"`
	ConversationColor  string   `json:"conversationColor" doc:"Of the user's messages: hex digits, without #." update:"true" format:"color" default:"0099ff"`
	ActionColor        string   `json:"actionColor" doc:"Of buttons and links: hex digits, without #." update:"true" format:"color" default:"0099ff"`
	DisplayStyle       string   `json:"displayStyle" doc:"How the closed widget looks." update:"true" enum:"button,tab" default:"button"`
	FixedIntroPane     bool     `json:"fixedIntroPane" doc:"Keep the introduction in view." update:"true" default:"false"`
	BusinessName       string   `json:"businessName" doc:"In the header; else the app's name." update:"true" max:"512"`
	BusinessIconURL    string   `json:"businessIconUrl" doc:"In the header." update:"true" format:"url" max:"2048"`
	BackgroundImageURL string   `json:"backgroundImageUrl" doc:"Behind the conversation." update:"true" format:"url" max:"2048"`
	ButtonIconURL      string   `json:"buttonIconUrl" doc:"On the launcher." update:"true" format:"url" max:"2048"`
	ButtonWidth        string   `json:"buttonWidth" doc:"Of the launcher, as CSS has it." update:"true" max:"32"`
	ButtonHeight       string   `json:"buttonHeight" doc:"Of the launcher, as CSS has it." update:"true" max:"32"`
	IntegrationOrder   []string `json:"integrationOrder" doc:"Ids of the integrations that the widget offers, in this order; unset, all." update:"true" format:"id"`
	OriginWhitelist    []string `json:"originWhitelist" doc:"Origins that the widget may be used from (RFC 6454); unset, any." update:"true" format:"origin"`
}

type wechat struct {
	AppID          string `json:"appId" doc:"The account's app id." required:"true"`
	AppSecret      string `json:"appSecret" doc:"The account's app secret." required:"true" secret:"true"`
	EncodingAESKey string `json:"encodingAesKey" doc:"The key that messages are encrypted with." secret:"true"`
	AccessTokenURL string `json:"accessTokenUrl" doc:"Where access tokens are to be fetched instead." format:"url" max:"2048"`
}
