package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Fetch implements channel.Fetcher. Meta tells where the file is for five
// minutes, so it is asked anew each time. Reading a file that is not the one
// that was announced ends with an error.
func (s *sender) Fetch(ctx context.Context, m *channel.Media) (*channel.Blob, error) {
	if !isID(m.ID) {
		return nil, gone("there is no such file at WhatsApp")
	}
	var place struct {
		URL    string `json:"url"`
		Type   string `json:"mime_type"`
		SHA256 string `json:"sha256"`
	}
	path := "/" + m.ID + "?phone_number_id=" + s.settings.PhoneNumberID
	if err := s.ask(ctx, http.MethodGet, path, s.settings.AccessToken, nil, &place); err != nil {
		return nil, lost(err)
	}
	blob, err := s.download(ctx, place.URL)
	if err != nil {
		return nil, err
	}
	blob.Type, blob.Name = or(place.Type, or(m.Type, blob.Type)), m.Name
	if want := or(digest(m.SHA256), digest(place.SHA256)); want != "" {
		blob.Body = &checked{ReadCloser: blob.Body, sum: sha256.New(), want: want}
	}
	return blob, nil
}

// download gets a file from where Meta says that it is. Only over a connection
// that nobody listens to is the token shown.
func (s *sender) download(ctx context.Context, link string) (*channel.Blob, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return nil, unavailable("WhatsApp's answer does not tell where the file is")
	}
	transport, own := s.deps.HTTP, u.Scheme+"://"+u.Host == s.host
	if !own {
		transport = s.deps.Guarded
	}
	if !own && u.Scheme != "https" {
		return nil, unavailable("WhatsApp tells a place for the file that is not safe")
	}
	req := (&http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Authorization": {"Bearer " + s.settings.AccessToken}, "User-Agent": {"Heliograph"}},
	}).WithContext(ctx)
	res, err := transport.RoundTrip(req)
	if err != nil {
		return nil, unavailable("the file is out of reach for now")
	}
	if res.StatusCode == http.StatusOK {
		return &channel.Blob{Body: res.Body, Type: res.Header.Get("Content-Type"), Size: res.ContentLength}, nil
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch err := s.complaint(channel.Reply{Status: res.StatusCode, Header: res.Header, Body: answer}); {
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone:
		return nil, gone("the file is no longer at WhatsApp")
	case heliograph.IsKind(err, heliograph.Unavailable):
		return nil, err
	}
	return nil, unavailable("WhatsApp does not hand out the file for now")
}

// lost tells what is gone for good from what may be tried again: a token that
// is refused today may be a good one tomorrow.
func lost(err error) error {
	if heliograph.IsKind(err, heliograph.NotFound) {
		return gone("the file is no longer at WhatsApp")
	}
	return unavailable(strings.TrimSpace(heliograph.AsError(err).Message))
}

func gone(message string) error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "%s", message)
}

// checked reads a file, and fails at its end when it is another than was
// announced.
type checked struct {
	io.ReadCloser
	sum  hash.Hash
	want string
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.sum.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(c.sum.Sum(nil)) != c.want {
		return n, unavailable("the file is not the one that WhatsApp announced")
	}
	return n, err
}
