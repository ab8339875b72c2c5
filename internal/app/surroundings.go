package app

import (
	"context"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/unsubscribe"
	"heliograph/internal/store"
)

// surroundings finds what surrounds a message, over engines and store.
type surroundings struct {
	e     *engines
	store *store.Store
	links *unsubscribe.Links
}

// About implements delivery.Surroundings.
func (s surroundings) About(ctx context.Context, d *heliograph.Delivery, kind *channel.Type) (*channel.About, error) {
	about := &channel.About{User: d.User}
	if heliograph.SDKPlatform(kind.Name) {
		return about, s.device(ctx, d, about)
	}
	heard, err := store.Clients{Store: s.store}.LastHeard(ctx, d.App, d.Integration, d.Address)
	if err != nil {
		return nil, err
	}
	about.LastHeard = heard
	if !kind.Surrounded {
		return about, nil
	}
	app, err := s.e.tenants.App(ctx, d.App)
	if err != nil {
		return nil, err
	}
	about.App = app.Name
	if kind.Family == "mail" {
		about.Unsubscribe = s.links.URL(unsubscribe.Who{App: d.App, Integration: d.Integration, User: d.User, Address: d.Address})
	}
	if d.Conversation.IsZero() {
		return about, nil
	}
	about.Thread, about.Subject, err = store.Messages{Store: s.store}.Mails(ctx, d.App, d.Conversation, d.Integration)
	return about, err
}

// device fills in what surrounds a message to a device that runs our SDK.
func (s surroundings) device(ctx context.Context, d *heliograph.Delivery, about *channel.About) error {
	app, err := s.e.tenants.App(ctx, d.App)
	if err != nil {
		return err
	}
	around, err := store.Devices{Store: s.store}.Around(ctx, d)
	if err != nil {
		return err
	}
	about.App, about.AppID, about.Topic = app.Name, d.App, heliograph.TopicOf(d)
	about.Conversation, about.Message = d.Conversation, d.Message
	about.LastHeard, about.Unread, about.Sequence = around.LastHeard, around.Unread, around.Sequence
	if device := around.Details.Device; device != nil && device.Push.Wants(about.Topic) {
		about.Push = device.Push
	}
	return nil
}
