package channel

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Templater is implemented by channels whose provider keeps message templates.
type Templater interface {
	// Templates returns a page of the provider's templates and the cursor of the
	// next page, "" at the end.
	Templates(ctx context.Context, cursor string) (page []Template, next string, err error)
	// CreateTemplate hands t to the provider, which reviews it. What the provider
	// refuses is an error of kind Invalid.
	CreateTemplate(ctx context.Context, t *Template) (*Template, error)
	// DeleteTemplate removes a template in all its languages; an error of kind
	// NotFound when there is none.
	DeleteTemplate(ctx context.Context, name string) error
	// Rebuild returns a message that uses a template as the person sees it. It is
	// pure. find returns the definition; nil when it is not known. When it cannot
	// be rebuilt, ok is false.
	Rebuild(n *heliograph.Native, find func(name, language string) *Template) (shown *heliograph.Content, ok bool)
}

// Template is one language of a message template.
type Template struct {
	ID         string          `json:"id,omitempty"`
	Name       string          `json:"name"`
	Language   string          `json:"language"`
	Category   string          `json:"category"`
	Status     string          `json:"status"` // the provider's word: APPROVED, PENDING, REJECTED, PAUSED, …
	Components json.RawMessage `json:"components"`
	// Named says that its parameters have names instead of positions.
	Named  bool   `json:"named,omitempty"`
	Reason string `json:"reason,omitempty"` // why it was rejected
}

// Profiler is implemented by channels whose sender has a public profile.
type Profiler interface {
	Profile(ctx context.Context) (*Profile, error)
	// SetProfile changes the fields that are not nil.
	SetProfile(ctx context.Context, p *Profile) error
	// SetPhoto uploads a picture and returns its URL, as far as the provider tells.
	SetPhoto(ctx context.Context, photo *Blob) (url string, err error)
}

// Profile is how a sender shows itself. Limits are those of the v1.1 API.
type Profile struct {
	About       *string  `json:"about,omitempty"`       // at most 139 characters
	Address     *string  `json:"address,omitempty"`     // 256
	Description *string  `json:"description,omitempty"` // 256
	Email       *string  `json:"email,omitempty"`       // 128
	Vertical    *string  `json:"vertical,omitempty"`    // 128
	Websites    []string `json:"websites,omitempty"`    // at most 2
	PhotoURL    string   `json:"photoUrl,omitempty"`
}
