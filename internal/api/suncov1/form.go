package suncov1

import (
	"context"
	"mime/multipart"

	"heliograph/internal/api/httpx"
	"heliograph/internal/media"
)

// uploadForm is a form whose file is stored.
type uploadForm struct {
	file   *media.File
	fields map[string]string
}

// takeForm reads a multipart body, and stores its file on the way.
func (c *call) takeForm(ctx context.Context, draft media.Draft) (*uploadForm, error) {
	form := &uploadForm{}
	var err error
	form.fields, err = httpx.Form(c.w, c.Request, c.api.Media.Limits.Upload, func(part *multipart.Part) (err error) {
		draft.Type, draft.Name = part.Header.Get("Content-Type"), part.FileName()
		form.file, err = c.api.Media.Upload(ctx, draft, part)
		return err
	})
	if err != nil {
		c.dropForm(ctx, form)
		return nil, err
	}
	return form, nil
}

// dropForm removes the file of a form that comes to nothing.
func (c *call) dropForm(ctx context.Context, form *uploadForm) {
	if form.file != nil {
		_ = c.api.Media.Remove(context.WithoutCancel(ctx), form.file.App, c.api.Media.URL(form.file))
	}
}
