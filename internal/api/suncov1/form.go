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
	"heliograph/internal/api/httpx"
	"heliograph/internal/media"
)

// sourceField holds the file of a form.
const sourceField = "source"

// What a form may have besides its file.
const (
	formSlack     = 1 << 20 // bytes, all in all
	maxFormFields = 20
	maxFormField  = 4 << 10
)

// uploadForm is a form whose file is stored.
type uploadForm struct {
	file   *media.File
	fields map[string]string
}

// takeForm reads a multipart body, and stores its file on the way: it is never
// in memory as a whole.
func (c *call) takeForm(ctx context.Context, draft media.Draft) (*uploadForm, error) {
	limit := c.api.Media.Limits.Upload + formSlack
	if c.ContentLength > limit {
		return nil, tooLargeUpload(limit)
	}
	boundary, err := c.boundary()
	if err != nil {
		return nil, err
	}
	form := &uploadForm{fields: map[string]string{}}
	parts := multipart.NewReader(httpx.PatientBody(c.w, c.Request, limit), boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = c.takePart(ctx, form, part, draft)
		}
		if err != nil {
			c.dropForm(ctx, form)
			return nil, formError(err, limit)
		}
	}
	if form.file == nil {
		return nil, heliograph.InvalidField(sourceField, "is required: the file, as a part of the form")
	}
	return form, nil
}

func (c *call) takePart(ctx context.Context, form *uploadForm, part *multipart.Part, draft media.Draft) (err error) {
	name := part.FormName()
	if name == sourceField {
		if form.file != nil {
			return heliograph.InvalidField(sourceField, "is given more than once")
		}
		draft.Type, draft.Name = part.Header.Get("Content-Type"), part.FileName()
		form.file, err = c.api.Media.Upload(ctx, draft, part)
		return err
	}
	if len(form.fields) >= maxFormFields {
		return badRequest("the form has more than %d fields", maxFormFields)
	}
	value, err := io.ReadAll(io.LimitReader(part, maxFormField+1))
	if err == nil && len(value) > maxFormField {
		err = badRequest("a field of the form is longer than %d bytes", maxFormField)
	}
	form.fields[name] = string(value)
	return err
}

// dropForm removes the file of a form that comes to nothing.
func (c *call) dropForm(ctx context.Context, form *uploadForm) {
	if form.file != nil {
		_ = c.api.Media.Remove(context.WithoutCancel(ctx), form.file.App, c.api.Media.URL(form.file))
	}
}

func tooLargeUpload(limit int64) error {
	return heliograph.Errorf(heliograph.TooLarge, heliograph.CodePayloadTooLarge, "the file is larger than %d MB", (limit-formSlack)>>20)
}

// formError puts what went wrong with a body in the caller's terms.
func formError(err error, limit int64) error {
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return tooLargeUpload(limit)
	}
	if e, ok := errors.AsType[*heliograph.Error](err); ok {
		return e
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return badRequest("the form ended early")
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		return badRequest("the form's headers are too large")
	}
	return badRequest("the form cannot be read: it must be multipart/form-data with the file as the part source")
}

// brokenForm is what a vendor's client sends where the platform has a FormData
// of its own, which its HTTP library turns into text.
const brokenForm = "[object FormData]"

// boundary returns what parts a multipart body. Anything else is refused in
// words that help.
func (c *call) boundary() (string, error) {
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" && params["boundary"] != "" {
		return params["boundary"], nil
	}
	start := make([]byte, len(brokenForm))
	n, _ := io.ReadFull(httpx.PatientBody(c.w, c.Request, formSlack), start)
	if bytes.Equal(start[:n], []byte(brokenForm)) {
		return "", badRequest("the body is the text %q instead of a form: this client library does not work with the FormData of Node 18 and later. "+
			"Set global.FormData = require('form-data') before the library is loaded", brokenForm)
	}
	return "", badRequest("the body must be multipart/form-data with the file as the part source")
}
