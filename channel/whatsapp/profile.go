package whatsapp

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"heliograph"
	"heliograph/channel"
)

func (s *sender) profilePath() string {
	return "/" + s.settings.PhoneNumberID + "/whatsapp_business_profile"
}

// Profile implements channel.Profiler.
func (s *sender) Profile(ctx context.Context) (*channel.Profile, error) {
	var answer struct {
		Data []struct {
			channel.Profile
			Picture string `json:"profile_picture_url"`
		}
	}
	path := s.profilePath() + "?fields=about,address,description,email,profile_picture_url,websites,vertical"
	if err := s.ask(ctx, http.MethodGet, path, s.settings.AccessToken, nil, &answer); err != nil {
		return nil, err
	}
	if len(answer.Data) == 0 {
		return &channel.Profile{}, nil
	}
	p := answer.Data[0].Profile
	p.PhotoURL = answer.Data[0].Picture
	return &p, nil
}

// SetProfile implements channel.Profiler.
func (s *sender) SetProfile(ctx context.Context, p *channel.Profile) error {
	doc := map[string]any{"messaging_product": "whatsapp"}
	for field, value := range map[string]*string{
		"about": p.About, "address": p.Address, "description": p.Description, "email": p.Email, "vertical": p.Vertical,
	} {
		if value != nil {
			doc[field] = *value
		}
	}
	if p.Websites != nil {
		doc["websites"] = p.Websites
	}
	return s.ask(ctx, http.MethodPost, s.profilePath(), s.settings.AccessToken, doc, nil)
}

// SetPhoto implements channel.Profiler. A picture goes up in a session of its
// own, under the Meta app, and the profile then names it.
func (s *sender) SetPhoto(ctx context.Context, photo *channel.Blob) (string, error) {
	if s.settings.AppID == "" {
		return "", heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "to upload a picture the integration needs appId, the id of its Meta app")
	}
	content, err := io.ReadAll(io.LimitReader(photo.Body, maxImage+1))
	switch {
	case err != nil:
		return "", err
	case len(content) == 0:
		return "", heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the picture is empty")
	case len(content) > maxImage:
		return "", heliograph.Errorf(heliograph.TooLarge, heliograph.CodePayloadTooLarge, "the picture is larger than 5 MB")
	}
	kind := baseType(photo.Type)
	if kind != "image/jpeg" && kind != "image/png" {
		kind = baseType(http.DetectContentType(content))
	}
	if kind != "image/jpeg" && kind != "image/png" {
		return "", heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the picture must be a JPEG or a PNG")
	}
	handle, err := s.handle(ctx, kind, content)
	if err != nil {
		return "", err
	}
	doc := map[string]any{"messaging_product": "whatsapp", "profile_picture_handle": handle}
	if err := s.ask(ctx, http.MethodPost, s.profilePath(), s.settings.AccessToken, doc, nil); err != nil {
		return "", err
	}
	p, err := s.Profile(ctx)
	if err != nil {
		return "", nil // it is there; only where nobody could tell
	}
	return p.PhotoURL, nil
}

// handle uploads a file and returns what it is known by.
func (s *sender) handle(ctx context.Context, kind string, content []byte) (string, error) {
	query := url.Values{"file_length": {strconv.Itoa(len(content))}, "file_type": {kind}, "file_name": {"photo"}}
	var session struct{ ID string }
	path := "/" + s.settings.AppID + "/uploads?" + query.Encode()
	if err := s.ask(ctx, http.MethodPost, path, s.settings.AccessToken, nil, &session); err != nil {
		return "", err
	}
	target, err := url.Parse(session.ID)
	if err != nil || session.ID == "" || target.Scheme != "upload" {
		return "", unavailable("WhatsApp's answer to the upload cannot be read")
	}
	req, err := s.request(http.MethodPost, "/", s.settings.AccessToken)
	if err != nil {
		return "", err
	}
	// The id is part of the path as it was given out, its signature part of the query.
	id, query2, _ := bytes.Cut([]byte(session.ID), []byte("?"))
	req.URL.Path, req.URL.RawQuery = req.URL.Path+string(id), string(query2)
	req.Header.Set("Authorization", "OAuth "+s.settings.AccessToken)
	req.Header.Set("file_offset", "0")
	req.Header.Set("Content-Type", "application/octet-stream")
	var done struct {
		Handle string `json:"h"`
	}
	if err := s.exchange(req.WithContext(ctx), content, &done); err != nil {
		return "", err
	}
	if done.Handle == "" {
		return "", unavailable("WhatsApp's answer to the upload cannot be read")
	}
	return done.Handle, nil
}
