package template

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/channel"
)

// Stored is a message that an app keeps under a name.
type Stored struct {
	ID      heliograph.TemplateID
	App     heliograph.AppID
	Name    string
	Message json.RawMessage // the body that would post it
	Created heliograph.Millis
}

// Store keeps stored templates.
type Store interface {
	// Insert and Save return an error of kind Conflict when the name is taken.
	Insert(ctx context.Context, t *Stored) error
	Save(ctx context.Context, t *Stored) error
	// ByID, Lock and Named return an error of kind NotFound when there is none.
	ByID(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) (*Stored, error)
	Lock(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) (*Stored, error)
	Named(ctx context.Context, app heliograph.AppID, name string) (*Stored, error)
	// List returns an app's templates, oldest first.
	List(ctx context.Context, app heliograph.AppID, limit, offset int) ([]*Stored, error)
	Delete(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) error
}

// Source is an integration whose provider keeps templates.
type Source struct {
	App         heliograph.AppID
	Integration heliograph.IntegrationID
	Settings    heliograph.Millis // when the integration was changed last
	// Claimed is the moment for which whoever asks now has scheduled the next
	// time; 0: nobody asks.
	Claimed heliograph.Millis
}

// Definitions keeps what providers said their templates are.
type Definitions interface {
	Of(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) ([]*channel.Template, error)
	// Replace stores all definitions of an integration, and when they are to be
	// asked for again.
	Replace(ctx context.Context, from Source, all []*channel.Template, due heliograph.Millis) error
	// Schedule says when they are to be asked for. It and Replace leave the moment
	// alone when it is another than from.Claimed by now.
	Schedule(ctx context.Context, from Source, due heliograph.Millis) error
	// Due returns integrations of a type whose definitions are to be asked for:
	// they never were, their time has come, or the integration has changed since.
	Due(ctx context.Context, typ string, now heliograph.Millis, limit int) ([]Source, error)
}

// Integrations finds integrations and their channels.
type Integrations interface {
	Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
	// IntegrationsByType returns an app's integrations of a channel, oldest first.
	IntegrationsByType(ctx context.Context, app heliograph.AppID, name string) ([]*heliograph.Integration, error)
}
