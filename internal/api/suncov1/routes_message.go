package suncov1

import (
	"context"
	"net/http"

	"heliograph"
	"heliograph/internal/notify"
)

func (a *API) messageRoutes() []route {
	when := func(name, doc string) param { return param{name: name, doc: doc, kind: float64(0)} }
	return []route{
		{method: http.MethodPost, path: "/appusers/{userId}/messages", scopes: forAll, status: http.StatusCreated, handle: a.postMessage, idempotent: true, once: a.postMessageOnce,
			op: op{tag: "Messages", summary: "Post a message", in: messageRequest{}, out: postedJSON{},
				doc: "Stores a message in the user's conversation, which starts when it has not yet. A message of the appMaker also goes to the destination, or else to the client that the user prefers."}},
		{method: http.MethodGet, path: "/appusers/{userId}/messages", scopes: forAll, handle: a.listMessages,
			op: op{tag: "Messages", summary: "List messages", out: messagesJSON{},
				doc: "Returns up to 100 messages, oldest first: the newest ones, or those next to a moment. Follow previous and next for the rest.",
				query: []param{
					when("before", "Only messages received before this moment, in decimal Unix seconds. Not together with after."),
					when("after", "Only messages received after this moment, in decimal Unix seconds. Not together with before."),
				}}},
		{method: http.MethodDelete, path: "/appusers/{userId}/messages", scopes: forServers, handle: a.deleteMessages,
			op: op{tag: "Messages", summary: "Delete all messages of a user", doc: "Also opens a conversation again that had become full."}},
		{method: http.MethodDelete, path: "/appusers/{userId}/messages/{messageId}", scopes: forServers, handle: a.deleteMessage,
			op: op{tag: "Messages", summary: "Delete a message"}},
		{method: http.MethodGet, path: "/appusers/{userId}/messages/{messageId}/why", scopes: forServers, handle: a.whyMessage,
			op: op{id: "whyMessage", tag: "Messages", summary: "Tell the story of a message", out: notify.Story{},
				doc: "An addition of ours. How the client was chosen that it went to, and what became of it there, step by step."}},
		{method: http.MethodGet, path: "/appusers/{userId}/conversation", scopes: forAll, handle: a.getConversation,
			op: op{tag: "Conversation", summary: "Get the conversation", out: conversationAnswer{}}},
		{method: http.MethodPost, path: "/appusers/{userId}/conversation/activity", scopes: forAll, handle: a.postActivity,
			op: op{tag: "Conversation", summary: "Tell of typing or reading", in: activityRequest{}, out: conversationAnswer{}}},
		{method: http.MethodPost, path: "/appusers/{userId}/conversation/postback", scopes: forAll, handle: a.postPostback,
			op: op{tag: "Conversation", summary: "Click a postback action", in: postbackRequest{},
				doc: "Acts as the user clicking it: postback webhooks are told. With the app's echoPostback its text is also said by the user."}},
		{method: http.MethodPost, path: "/appusers/{userId}/conversation/read", scopes: forAll, handle: a.readConversation,
			op: op{tag: "Conversation", summary: "Reset the unread count", doc: "Marks the conversation as read by the user. It has no body.", out: conversationAnswer{}}},
	}
}

// pathUser returns the user that the path names.
func (c *call) pathUser(ctx context.Context) (*heliograph.User, error) {
	if _, err := c.userID(ctx); err != nil {
		return nil, err
	}
	return c.user, nil
}

// speaker reads who a caller says is speaking: a user's token speaks for the
// user only.
func (c *call) speaker(role string) (heliograph.Role, error) {
	switch r := heliograph.Role(role); {
	case role == "":
		return "", heliograph.InvalidField("role", "is required")
	case r != heliograph.Business && r != heliograph.Customer:
		return "", heliograph.InvalidField("role", "must be appMaker or appUser")
	case r == heliograph.Business && c.isUser():
		return "", forbidden("a user's token may not speak as appMaker")
	default:
		return r, nil
	}
}
