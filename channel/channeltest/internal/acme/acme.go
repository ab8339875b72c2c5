// Package acme sends SMS through Acme.
package acme

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name: "acme", Title: "SMS through Acme", BaseURL: "https://api.acme.example",
	Settings: Settings{}, AddressField: "phoneNumber", Normalise: sms.Normalise,
	Notifiable: true, Timeout: 10 * time.Second, Open: open,
}

// Settings is what an integration of this channel is configured with.
type Settings struct {
	APIKey string `json:"apiKey" doc:"The key from Acme's console." required:"true" secret:"true" update:"true"`
	Sender string `json:"sender" doc:"The number to send from." required:"true"`
}

type sender struct {
	Settings
	channel.Deps
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{Deps: deps}
	if err := json.Unmarshal(cfg.Settings, &s.Settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not valid")
	}
	return s, nil
}

// Send implements channel.Channel.
func (s *sender) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	if out.Content.Type != heliograph.TextMessage {
		return channel.Final(heliograph.ReasonUnsupportedMessage, "Acme carries text alone")
	}
	body, _ := json.Marshal(map[string]string{
		"from": s.Sender, "to": out.Address, "text": out.Content.Text, "reference": out.Delivery.String(),
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.BaseURL+"/messages", nil)
	if err != nil {
		return channel.Final(heliograph.ReasonBadRequest, "the provider's URL is not a URL")
	}
	req.Header.Set("Authorization", "Bearer "+s.APIKey)
	req.Header.Set("Content-Type", "application/json")
	reply, failed := channel.Call(s.HTTP, req, body)
	if failed != nil {
		return *failed
	}
	var answer struct{ ID string }
	switch {
	case reply.Status > 299:
		return channel.Classify(reply, s.Clock())
	case json.Unmarshal(reply.Body, &answer) != nil || answer.ID == "":
		return channel.Result{Class: channel.ClassUnknown, Message: "Acme's answer cannot be read"}
	}
	return channel.Accepted(reply.Status, answer.ID)
}
