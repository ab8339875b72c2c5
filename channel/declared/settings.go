package declared

// What the v1.1 API knows of each type. Who wants to check credentials with the
// provider needs the type's channel.

type apn struct {
	Certificate     string `json:"certificate" doc:"A push certificate with its key: the base64 of a PKCS #12 archive. It is kept, and cannot be used: Apple is shown a key." secret:"true" format:"p12" max:"65536"`
	Password        string `json:"password" doc:"The archive's password." secret:"true"`
	Production      bool   `json:"production" doc:"Use Apple's production servers." update:"true" default:"false"`
	AutoUpdateBadge bool   `json:"autoUpdateBadge" doc:"Show the unread count on the app's icon." default:"false"`
	KeyID           string `json:"keyId" doc:"The id of the key that Apple gave for its push service; with teamId and privateKey." update:"true"`
	TeamID          string `json:"teamId" doc:"The id of the developer account." update:"true"`
	PrivateKey      string `json:"privateKey" doc:"The key, in PEM: what the file that ends in .p8 holds." secret:"true" update:"true" format:"pem" max:"16384"`
	BundleID        string `json:"bundleId" doc:"The app, for devices that do not name it." update:"true" max:"255"`
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

type wechat struct {
	AppID          string `json:"appId" doc:"The account's app id." required:"true"`
	AppSecret      string `json:"appSecret" doc:"The account's app secret." required:"true" secret:"true"`
	EncodingAESKey string `json:"encodingAesKey" doc:"The key that messages are encrypted with." secret:"true"`
	AccessTokenURL string `json:"accessTokenUrl" doc:"Where access tokens are to be fetched instead." format:"url" max:"2048"`
}
