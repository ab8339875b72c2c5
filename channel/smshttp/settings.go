package smshttp

// Settings is what an integration of this channel is configured with. Templates
// may use {{to}} and the other names of placeholders.
type Settings struct {
	URL           string `json:"url" doc:"Where a message is sent to, with placeholders from the path on." required:"true" update:"true"`
	Method        string `json:"method" doc:"POST (the default), PUT or GET." update:"true"`
	Format        string `json:"format" doc:"What the body is, and so how placeholders in it are escaped: form (the default), json, xml or text." update:"true"`
	Body          string `json:"body" doc:"The template of the body; none with GET." update:"true"`
	Headers       string `json:"headers" doc:"Further headers, one 'Name: value' a line, with placeholders." update:"true"`
	SecretHeaders string `json:"secretHeaders" doc:"The same for headers that nobody may read." secret:"true" update:"true"`
	From          string `json:"from" doc:"What {{from}} stands for: the number or name to send from." update:"true"`
	Auth          string `json:"auth" doc:"How we prove who we are: basic (username, password), bearer (token) or header (token, in authHeader). Without it, by placeholders." update:"true"`
	Username      string `json:"username" doc:"For auth basic, and {{username}}." update:"true"`
	Password      string `json:"password" doc:"For auth basic, and {{password}}." secret:"true" update:"true"`
	Token         string `json:"token" doc:"For auth bearer and header, and {{token}}." secret:"true" update:"true"`
	AuthHeader    string `json:"authHeader" doc:"For auth header: its name." update:"true"`
	SmartEncoding bool   `json:"smartEncoding" doc:"Replace curly quotes, dashes and the like by plain ones where that makes a text cheaper." update:"true"`
	MaxParts      int    `json:"maxParts" doc:"Of how many SMS one text may be; 10 by default." update:"true"`
	PlainName     string `json:"plainName" doc:"What {{encoding}} says of a text in GSM-7; 'gsm' by default." update:"true"`
	UnicodeName   string `json:"unicodeName" doc:"What {{encoding}} says of any other text; 'unicode' by default." update:"true"`

	Success        string `json:"success" doc:"The HTTP statuses of success, such as '200 202'; 2xx by default." update:"true"`
	SuccessPattern string `json:"successPattern" doc:"A regular expression that the body of a success matches, for providers that answer 200 to everything." update:"true"`
	IDPath         string `json:"idPath" doc:"Where in a JSON answer the provider's id of the message is, such as 'messages.0.id'." update:"true"`
	IDPattern      string `json:"idPattern" doc:"Instead of idPath: a regular expression whose first group is the id." update:"true"`
	ErrorPath      string `json:"errorPath" doc:"Where in a JSON answer the text of an error is." update:"true"`
	Errors         string `json:"errors" doc:"What refusals mean, one 'class: status /pattern/' a line; classes are retry, pause, unknown, final, invalid, optedout, blocked, unreachable and toolong." update:"true"`

	HookAuth     string `json:"hookAuth" doc:"How the provider proves its requests: header, query or path (each with hookSecret as it is) or hmac (of the body)." update:"true"`
	HookAuthName string `json:"hookAuthName" doc:"The name of the header, or of the field of the query." update:"true"`
	HookSecret   string `json:"hookSecret" doc:"The secret, at least 16 characters. In a URL it is stored with each request; header and hmac are better." secret:"true" update:"true"`
	HMACHash     string `json:"hmacHash" doc:"For hmac: sha256 (the default), sha1 or sha512." update:"true"`
	HMACPrefix   string `json:"hmacPrefix" doc:"For hmac: what stands before the digits or base64 in the header, such as 'sha256='." update:"true"`

	InboundFrom     string `json:"inboundFrom" doc:"The field of an incoming message that holds its sender: the name of a form's field, or a path into JSON." update:"true"`
	InboundTo       string `json:"inboundTo" doc:"The same for our number." update:"true"`
	InboundText     string `json:"inboundText" doc:"The same for the text." update:"true"`
	InboundID       string `json:"inboundId" doc:"The same for the provider's id of it. Without one, equal requests are one message." update:"true"`
	InboundItems    string `json:"inboundItems" doc:"Where in JSON the list is, when a request holds several messages; the paths begin at its entries." update:"true"`
	ProviderAnswers bool   `json:"providerAnswers" doc:"The provider answers STOP, START and HELP itself." update:"true"`

	ReceiptStatus    string `json:"receiptStatus" doc:"The field of a receipt that holds the status." update:"true"`
	ReceiptID        string `json:"receiptId" doc:"The field that holds the provider's id of the message." update:"true"`
	ReceiptReference string `json:"receiptReference" doc:"The field that echoes {{id}}." update:"true"`
	ReceiptError     string `json:"receiptError" doc:"The field that says why a message failed; the patterns of errors are tried on it." update:"true"`
	ReceiptItems     string `json:"receiptItems" doc:"Where in JSON the list is, when a request holds several receipts." update:"true"`
	ReceiptSent      string `json:"receiptSent" doc:"The statuses of a message that is under way, between commas; common ones by default." update:"true"`
	ReceiptDelivered string `json:"receiptDelivered" doc:"The statuses of a message that arrived, between commas; common ones by default." update:"true"`
	ReceiptFailed    string `json:"receiptFailed" doc:"The statuses of a message that did not, between commas; common ones by default." update:"true"`

	Answer     string `json:"answer" doc:"What to answer the provider's requests with; nothing by default." update:"true"`
	AnswerType string `json:"answerType" doc:"The content type of the answer; text/plain by default." update:"true"`
}

// Statuses that mean the same nearly everywhere: the words of SMPP, and those of
// JSON interfaces.
const (
	commonSent      = "sent,accepted,acceptd,enroute,queued,submitted,scheduled,buffered,pending"
	commonDelivered = "delivered,delivrd,read"
	commonFailed    = "failed,undelivered,undeliverable,undeliv,rejected,rejectd,expired,deleted,error"
)
