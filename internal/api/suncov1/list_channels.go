package suncov1

import "context"

// channelJSON is an address at which a user can be reached. Which field holds
// the address depends on the channel.
type channelJSON struct {
	Type          string `json:"type"`
	IntegrationID string `json:"integrationId"`
	PhoneNumber   string `json:"phoneNumber,omitempty"`
	Address       string `json:"address,omitempty"`
	Username      string `json:"username,omitempty"`
	UserID        string `json:"userId,omitempty"`
	ChatID        string `json:"chatId,omitempty"`
}

type channelsAnswer struct {
	Channels []channelJSON `json:"channels"`
}

func (a *API) listChannels(ctx context.Context, c *call) (any, error) {
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	all, err := a.Profiles.Channels(ctx, c.App.ID, id)
	if err != nil {
		return nil, err
	}
	out := channelsAnswer{Channels: []channelJSON{}}
	for _, ch := range all {
		one := channelJSON{Type: ch.Type, IntegrationID: ch.Integration.String()}
		switch addressField(ch.Type, ch.AddressField) {
		case "phoneNumber":
			one.PhoneNumber = ch.Address
		case "address":
			one.Address = ch.Address
		case "username":
			one.Username = ch.Address
		case "userId":
			one.UserID = ch.Address
		case "chatId":
			one.ChatID = ch.Address
		}
		out.Channels = append(out.Channels, one)
	}
	return out, nil
}

// addressField is the name of the field that holds an address of a channel in
// the list of channels. That is not always the one that a link is asked for by.
func addressField(kind, field string) string {
	switch kind {
	case "twilio", "messagebird":
		return "phoneNumber"
	case "mailgun":
		return "address"
	case "whatsapp":
		return "username"
	case "messenger", "viber", "line", "wechat", "twitter", "instagram":
		return "userId"
	case "telegram":
		return "chatId"
	}
	return field
}
