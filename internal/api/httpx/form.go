package httpx

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"

	"heliograph"
)

// FormFile is the part of a form that holds its file.
const FormFile = "source"

// What a form may have besides its file.
const (
	formSlack     = 1 << 20 // bytes, all in all
	maxFormFields = 20
	maxFormField  = 4 << 10
)

// Form reads a multipart body with one file of at most limit bytes, which take is
// given on the way: it is never in memory as a whole. It returns the other fields.
// An error may come after take has had the file.
func Form(w http.ResponseWriter, r *http.Request, limit int64, take func(*multipart.Part) error) (map[string]string, error) {
	limit += formSlack
	if r.ContentLength > limit {
		return nil, tooLargeUpload(limit)
	}
	boundary, err := formBoundary(w, r)
	if err != nil {
		return nil, err
	}
	fields, has := map[string]string{}, false
	parts := multipart.NewReader(PatientBody(w, r, limit), boundary)
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		switch {
		case err != nil:
		case part.FormName() != FormFile:
			err = readField(fields, part)
		case has:
			err = heliograph.InvalidField(FormFile, "is given more than once")
		default:
			has = true
			err = take(part)
		}
		if err != nil {
			return nil, formError(err, limit)
		}
	}
	if !has {
		return nil, heliograph.InvalidField(FormFile, "is required: the file, as a part of the form")
	}
	return fields, nil
}

func readField(fields map[string]string, part *multipart.Part) error {
	if len(fields) >= maxFormFields {
		return badForm("the form has more than %d fields", maxFormFields)
	}
	value, err := io.ReadAll(io.LimitReader(part, maxFormField+1))
	if err == nil && len(value) > maxFormField {
		err = badForm("a field of the form is longer than %d bytes", maxFormField)
	}
	fields[part.FormName()] = string(value)
	return err
}

func badForm(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, format, args...)
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
		return badForm("the form ended early")
	}
	if errors.Is(err, multipart.ErrMessageTooLarge) {
		return badForm("the form's headers are too large")
	}
	return badForm("the form cannot be read: it must be multipart/form-data with the file as the part source")
}

// brokenForm is what a vendor's client sends where the platform has a FormData
// of its own, which its HTTP library turns into text.
const brokenForm = "[object FormData]"

// formBoundary returns what parts a multipart body. Anything else is refused in
// words that help.
func formBoundary(w http.ResponseWriter, r *http.Request) (string, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" && params["boundary"] != "" {
		return params["boundary"], nil
	}
	start := make([]byte, len(brokenForm))
	n, _ := io.ReadFull(PatientBody(w, r, formSlack), start)
	if bytes.Equal(start[:n], []byte(brokenForm)) {
		return "", badForm("the body is the text %q instead of a form: this client library does not work with the FormData of Node 18 and later. "+
			"Set global.FormData = require('form-data') before the library is loaded", brokenForm)
	}
	return "", badForm("the body must be multipart/form-data with the file as the part source")
}
