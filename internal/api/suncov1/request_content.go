package suncov1

// contentRequest is what a message says, as documented; package content reads it.
type contentRequest struct {
	Type           string             `json:"type" doc:"text, image, file, carousel, list, location or form; formResponse from users." required:"true"`
	Text           string             `json:"text,omitempty" doc:"At most 4,096 characters. Required for text without actions; of other types the caption, or what is shown where they cannot be. Shorthand in the text of the appMaker is written out, unless the app ignores it."`
	MediaURL       string             `json:"mediaUrl,omitempty" doc:"Where the image or file is. Required for image and file."`
	MediaType      string             `json:"mediaType,omitempty" doc:"Its MIME type."`
	AltText        string             `json:"altText,omitempty" doc:"The image in words, or the file's name; at most 128 characters."`
	Payload        string             `json:"payload,omitempty" doc:"What a reply action carried, when the user chose one."`
	Actions        []actionRequest    `json:"actions,omitempty" doc:"text and image: links, buttons and quick replies; appMaker only. Quick replies (reply, locationRequest) stand alone."`
	Items          []itemRequest      `json:"items,omitempty" doc:"carousel and list: 1 to 10."`
	Display        *displayRequest    `json:"displaySettings,omitempty" doc:"carousel"`
	Fields         []fieldRequest     `json:"fields,omitempty" doc:"form: 1 to 20 questions; formResponse: their answers."`
	BlockChatInput bool               `json:"blockChatInput,omitempty" doc:"form: nothing else can be written until it is answered."`
	Coordinates    *coordinatesJSON   `json:"coordinates,omitempty" doc:"location: where it is, in degrees. Required for location."`
	Location       *placeJSON         `json:"location,omitempty" doc:"location: what the place is called."`
	Quoted         *quotedRequest     `json:"quotedMessage,omitempty" doc:"formResponse: the form; when it is left out, the newest one that asks what is answered."`
	Metadata       map[string]any     `json:"metadata,omitempty" doc:"Flat; strings, numbers and booleans; at most 4,096 bytes of JSON. It comes back with delivery webhooks."`
	Override       map[string]payload `json:"override,omitempty" doc:"A provider's own body, by channel; it goes out there instead."`
}

// payload is a provider's own body.
type payload struct {
	Payload map[string]any `json:"payload" required:"true"`
}

type actionRequest struct {
	Type     string         `json:"type" doc:"link, postback, reply, locationRequest, webview or buy; in items also share, but neither reply nor locationRequest." required:"true"`
	Text     string         `json:"text,omitempty" doc:"Required but for share."`
	URI      string         `json:"uri,omitempty" doc:"link and webview: where it leads."`
	Payload  string         `json:"payload,omitempty" doc:"postback and reply: what comes back."`
	IconURL  string         `json:"iconUrl,omitempty" doc:"reply"`
	Fallback string         `json:"fallback,omitempty" doc:"webview: the link for channels without web views."`
	Size     string         `json:"size,omitempty" doc:"webview: compact, tall or full."`
	Open     bool           `json:"openOnReceive,omitempty" doc:"webview"`
	Default  bool           `json:"default,omitempty" doc:"link and webview"`
	Amount   int64          `json:"amount,omitempty" doc:"buy: in minor units."`
	Currency string         `json:"currency,omitempty" doc:"buy: usd unless told."`
	Metadata map[string]any `json:"metadata,omitempty" doc:"postback and reply"`
	Extra    map[string]any `json:"extraChannelOptions,omitempty" doc:"link"`
}

type itemRequest struct {
	Title       string          `json:"title" doc:"At most 128 characters." required:"true"`
	Description string          `json:"description,omitempty" doc:"At most 128 characters."`
	MediaURL    string          `json:"mediaUrl,omitempty"`
	MediaType   string          `json:"mediaType,omitempty"`
	AltText     string          `json:"altText,omitempty" doc:"At most 128 characters."`
	Size        string          `json:"size,omitempty" doc:"compact or large."`
	Metadata    map[string]any  `json:"metadata,omitempty"`
	Actions     []actionRequest `json:"actions" doc:"1 to 3." required:"true"`
}

type displayRequest struct {
	ImageRatio string `json:"imageAspectRatio,omitempty" doc:"horizontal (unless told) or square."`
}

type fieldRequest struct {
	ID          string       `json:"_id,omitempty" doc:"formResponse: that of the question; the name does as well."`
	Type        string       `json:"type" doc:"text, email or select." required:"true"`
	Name        string       `json:"name" doc:"Unique in the form." required:"true"`
	Label       string       `json:"label,omitempty" doc:"form: at most 128 characters. Required there."`
	Placeholder string       `json:"placeholder,omitempty" doc:"form: at most 128 characters."`
	MinSize     int          `json:"minSize,omitempty" doc:"form, text: 1 unless told."`
	MaxSize     int          `json:"maxSize,omitempty" doc:"form, text: 128 unless told, at most 256."`
	Options     []optionJSON `json:"options,omitempty" doc:"form, select: 1 to 20."`
	SelectSize  int          `json:"selectSize,omitempty" doc:"form, select: how many may be chosen; 1 unless told."`
	Text        string       `json:"text,omitempty" doc:"formResponse, text: the answer."`
	Email       string       `json:"email,omitempty" doc:"formResponse, email: the answer."`
	Select      []optionJSON `json:"select,omitempty" doc:"formResponse, select: the answer."`
}

type quotedRequest struct {
	Content struct {
		ID string `json:"_id" required:"true"`
	} `json:"content" required:"true"`
}
