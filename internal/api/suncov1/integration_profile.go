package suncov1

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"heliograph"
	"heliograph/channel"
)

// maxPhoto is how large a sender's picture may be: what WhatsApp takes.
const maxPhoto = 5 << 20

// profileJSON is how a sender shows itself.
type profileJSON struct {
	About       *string  `json:"about,omitempty" doc:"At most 139 characters."`
	Address     *string  `json:"address,omitempty" doc:"At most 256 characters."`
	Description *string  `json:"description,omitempty" doc:"At most 256 characters."`
	Email       *string  `json:"email,omitempty" doc:"At most 128 characters."`
	Vertical    *string  `json:"vertical,omitempty" doc:"The industry. At most 128 characters."`
	Websites    []string `json:"websites,omitempty" doc:"At most 2."`
	PhotoURL    string   `json:"photoUrl,omitempty"`
}

type profileRequest struct {
	About       *string  `json:"about"`
	Address     *string  `json:"address"`
	Description *string  `json:"description"`
	Email       *string  `json:"email"`
	Vertical    *string  `json:"vertical"`
	Websites    []string `json:"websites"`
}

type profileAnswer struct {
	Profile profileJSON `json:"profile"`
}

type photoAnswer struct {
	PhotoURL string `json:"photoUrl" doc:"Empty when the provider does not tell."`
}

func senderProfile(p *channel.Profile, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return profileAnswer{profileJSON{p.About, p.Address, p.Description, p.Email, p.Vertical, p.Websites, p.PhotoURL}}, nil
}

func (a *API) getProfile(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	return senderProfile(a.Tenants.Profile(ctx, c.App.ID, id))
}

func (a *API) setProfile(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	in, err := decode[profileRequest](c)
	if err != nil {
		return nil, err
	}
	return senderProfile(a.Tenants.SetProfile(ctx, c.App.ID, id, &channel.Profile{
		About: in.About, Address: in.Address, Description: in.Description, Email: in.Email, Vertical: in.Vertical, Websites: in.Websites,
	}))
}

func (a *API) setPhoto(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	// The integration is asked for before the picture is read.
	if _, err := a.Tenants.ReadIntegration(ctx, c.App.ID, id); err != nil {
		return nil, err
	}
	picture, name, err := c.picture()
	if err != nil {
		return nil, err
	}
	kind := http.DetectContentType(picture)
	if kind != "image/jpeg" && kind != "image/png" {
		return nil, heliograph.InvalidField("source", "must be a JPEG or a PNG, not %s", kind)
	}
	at, err := a.Tenants.SetPhoto(ctx, c.App.ID, id, &channel.Blob{
		Body: io.NopCloser(bytes.NewReader(picture)), Type: kind, Size: int64(len(picture)), Name: name,
	})
	return photoAnswer{at}, err
}

// picture reads the file of a multipart body. A vendor client sends no multipart
// on current Node, which is told in words that help.
func (c *call) picture() (file []byte, name string, err error) {
	body, err := c.bytes()
	if err != nil {
		return nil, "", err
	}
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if bytes.HasPrefix(body, []byte("[object FormData]")) {
		return nil, "", badRequest("the body is the text [object FormData]: set global.FormData = require('form-data') before smooch-core is loaded")
	}
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, "", badRequest("the body must be multipart/form-data with the field source")
	}
	r := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", heliograph.InvalidField("source", "is required")
		}
		if err != nil {
			return nil, "", badRequest("the body is not whole multipart/form-data")
		}
		if part.FormName() != "source" {
			continue
		}
		file, err := io.ReadAll(part)
		switch {
		case err != nil:
			return nil, "", badRequest("the body is not whole multipart/form-data")
		case len(file) == 0:
			return nil, "", heliograph.InvalidField("source", "must not be empty")
		case len(file) > maxPhoto:
			return nil, "", heliograph.Errorf(heliograph.TooLarge, heliograph.CodePayloadTooLarge, "the picture is larger than %d MB", maxPhoto>>20)
		}
		return file, part.FileName(), nil
	}
}
