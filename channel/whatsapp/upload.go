package whatsapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"

	"heliograph"
	"heliograph/channel"
)

// uploaded hands Meta a file of ours that it could not fetch, and lets the
// message name it by its id. It returns why that failed, nil otherwise. As
// nothing is sent by it, it may always be done again.
func (s *sender) uploaded(ctx context.Context, f *file, attempt int) *channel.Result {
	if s.deps.Media == nil || !outOfReach(f.plain.URL) {
		return nil
	}
	blob, err := s.deps.Media(ctx, f.plain.URL)
	switch {
	case heliograph.IsKind(err, heliograph.NotFound):
		return nil // it is not ours, so that the link is all there is
	case err != nil:
		return again("the file cannot be read for now")
	}
	defer blob.Body.Close()
	id, failed := s.upload(ctx, f, blob, attempt)
	if failed != nil {
		return failed
	}
	delete(f.linked, "link")
	f.linked["id"] = id
	return nil
}

// again is a failure that concerns this one message.
func again(message string) *channel.Result {
	r := retry(heliograph.ReasonTimeout, message, 0)
	r.OnlyThis = true
	return &r
}

func (s *sender) upload(ctx context.Context, f *file, blob *channel.Blob, attempt int) (string, *channel.Result) {
	kind := baseType(or(blob.Type, f.plain.Type))
	if kind == "" {
		kind = "application/octet-stream"
	}
	content, err := io.ReadAll(io.LimitReader(blob.Body, sizeOf(f.kind)+1))
	switch {
	case err != nil:
		return "", again("the file cannot be read for now")
	case int64(len(content)) > sizeOf(f.kind):
		r := channel.Final(heliograph.ReasonContentTooLong, fmt.Sprintf("%s of this type may have %d bytes", f.kind, sizeOf(f.kind)))
		return "", &r
	}
	body, contentType := form(kind, or(or(f.plain.Name, blob.Name), "file"), content)
	req, err := s.request(http.MethodPost, "/"+s.settings.PhoneNumberID+"/media", s.settings.AccessToken)
	if err != nil {
		r := channel.Final(heliograph.ReasonBadRequest, heliograph.AsError(err).Message)
		return "", &r
	}
	req.Header.Set("Content-Type", contentType)
	reply, failed := channel.Call(s.deps.HTTP, req.WithContext(ctx), body)
	switch {
	case failed != nil && failed.Class == channel.ClassRetry:
		failed.Message = s.safe(failed.Message)
		return "", failed
	case failed != nil:
		return "", again(s.safe(failed.Message))
	case reply.Status < 200 || reply.Status > 299:
		r := s.refused(reply, attempt)
		if r.Class == channel.ClassUnknown {
			r.Class, r.Reason, r.OnlyThis = channel.ClassRetry, heliograph.ReasonTimeout, true
		}
		return "", &r
	}
	id := object(reply.Body).text("id")
	if id == "" {
		return "", again("WhatsApp's answer to the file cannot be read")
	}
	return id, nil
}

// form writes the upload as a form of several parts.
func form(kind, name string, content []byte) (body []byte, contentType string) {
	var b bytes.Buffer
	b.Grow(len(content) + 1024)
	w := multipart.NewWriter(&b)
	header := textproto.MIMEHeader{"Content-Type": {kind}}
	header.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	part, err := w.CreatePart(header)
	if err == nil {
		_, err = part.Write(content)
	}
	// A buffer takes all that it is given.
	_ = errors.Join(w.WriteField("messaging_product", "whatsapp"), w.WriteField("type", kind), w.Close(), err)
	return b.Bytes(), w.FormDataContentType()
}
