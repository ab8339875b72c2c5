package suncov1

import "heliograph/internal/api/openapi"

// about is the introduction of the reference. A blank line parts paragraphs.
const about = `This API keeps the contract of Sunshine Conversations v1.1 for what reaches customers first: clients written for it work unchanged when they are pointed at this server. Some endpoints and fields are Heliograph's own additions.

Resources of an app are found at two paths: with the app in it (/v1.1/apps/{appId}/…), for every key, and without it (/v1.1/…), where an app's key implies its app. Everything is also found under /sc.

Call with a key's id and secret (Basic), or with a JWT that the key signed (Bearer). An account key reaches every app of the organization; a service account's key those that it made or was granted; an app's key reaches its app; a token of the scope appUser reaches its user only.

Bodies are JSON objects of at most 100 kB. Unknown fields are ignored. An error changes nothing; its body is {"error":{"code":"…","description":"…"}}, and its description begins with the field that is wrong. A 429 or 503 says in Retry-After when to come again. Where the operator limits apps' calls, each answer says how many may be made at once (RateLimit-Limit), how many are left (RateLimit-Remaining), and in how many seconds all are there again (RateLimit-Reset).

A text of the business may have shorthand in it, unless the app's setting ignoreShorthand is on: %[Label](https://…) is a link, %[Label](postback:P), %[Label](reply:P) and %[Label](location) are buttons and quick replies, $[Label](25.00) is for sale, ![](https://…) is an image, %((template:NAME))% a stored template, and &((template=[[NAME]]language=[[en_US]]body_text=[[…]]fallback=[[…]]))& a template of WhatsApp. What is around them stays in order; what stands for several messages is sent as several, but a notification is one message. Whatever cannot be read so stays as it is.

Moments of a conversation are decimal Unix seconds; moments of a profile are ISO-8601 in UTC.`

// tags are the parts of the reference, in the order they are shown.
var tags = []openapi.Tag{
	{Name: "Notifications", Description: "Send a message to an address of a channel, and see what became of it."},
	{Name: "Users", Description: "One record for each customer."},
	{Name: "Channels", Description: "Where a user can be reached."},
	{Name: "Devices", Description: "Browsers and apps that show the conversation."},
	{Name: "Messages", Description: "What was said in a user's conversation."},
	{Name: "Templates", Description: "Messages that an app keeps under a name, for its texts to send."},
	{Name: "Attachments", Description: "Files of the app: uploaded, shown in messages, removed."},
	{Name: "Conversation", Description: "Its state: started, unread, read, typing."},
	{Name: "Consent", Description: "What a person allows to be sent."},
	{Name: "Webhooks", Description: "Who is told of what happens, and what they answered."},
	{Name: "Integrations", Description: "The configured channels of an app."},
	{Name: "Message templates", Description: "What an integration's provider keeps, and must approve before it is sent."},
	{Name: "Menus", Description: "What people can choose at any time: an app's, and those of integrations that have one of their own."},
	{Name: "Apps", Description: "The tenants. Everything else belongs to one."},
	{Name: "Keys", Description: "Credentials of an app."},
	{Name: "Service accounts", Description: "Deputies of an account: their keys make apps, and reach those they made or were granted."},
}
