package acme

import (
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

func TestOutgoing(t *testing.T) {
	t.Parallel()
	setup := channeltest.Setup{Type: Type, Settings: `{"apiKey":"k3y","sender":"+14155550199"}`, Address: "+14155550100"}
	channeltest.RunOutgoing(t, setup, []channeltest.Outgoing{
		{
			Name: "text", Text: "Hi & bye",
			Replies:  []channeltest.Reply{{Status: 201, Body: `{"id":"m-1"}`}},
			Requests: []channeltest.Request{{Method: "POST", Path: "/messages", JSON: `{"from":"+14155550199","to":"+14155550100","text":"Hi & bye","reference":"` + channeltest.Delivery.String() + `"}`}},
			Want:     channel.Accepted(201, "m-1"),
		},
		{
			Name: "refused", Text: "Hi",
			Replies: []channeltest.Reply{{Status: 400}},
			Want:    channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest},
		},
		{
			Name: "an image", Content: &heliograph.Content{Type: heliograph.ImageMessage},
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage},
		},
	})
}
