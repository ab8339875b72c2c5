package media

import (
	"encoding/hex"
	"net/url"
	"strings"

	"heliograph"
)

// Prefix is where files are served: /media/{appId}/{id}-{secret}/{name}.
const Prefix = "/media/"

// Ref is what the URL of a file says.
type Ref struct {
	App    heliograph.AppID
	ID     heliograph.MediaID
	Secret Secret
}

// ParsePath reads the path of a file's URL. The name at its end is for people
// and may be anything, or missing.
func ParsePath(path string) (r Ref, ok bool) {
	rest, ok := strings.CutPrefix(path, Prefix)
	if !ok {
		return Ref{}, false
	}
	app, rest, ok := strings.Cut(rest, "/")
	if !ok {
		return Ref{}, false
	}
	key, _, _ := strings.Cut(rest, "/")
	id, secret, ok := strings.Cut(key, "-")
	if !ok || len(secret) != 2*len(r.Secret) || secret != strings.ToLower(secret) {
		return Ref{}, false
	}
	if !parseID(app, &r.App) || !parseID(id, &r.ID) {
		return Ref{}, false
	}
	if _, err := hex.Decode(r.Secret[:], []byte(secret)); err != nil {
		return Ref{}, false
	}
	return r, true
}

func parseID[K any](s string, id *heliograph.ID[K]) bool {
	return id.UnmarshalText([]byte(s)) == nil && !id.IsZero()
}

// Parse reads a URL. false: it is not one of ours.
func (s *Service) Parse(raw string) (Ref, bool) {
	rest, ok := strings.CutPrefix(raw, s.BaseURL)
	if !ok || !strings.HasPrefix(rest, Prefix) {
		return Ref{}, false
	}
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	return ParsePath(rest)
}

// Ours reports whether a URL begins as those of our files do.
func (s *Service) Ours(raw string) bool { return strings.HasPrefix(raw, s.BaseURL+Prefix) }

// URL is where f is served.
func (s *Service) URL(f *File) string {
	return s.BaseURL + Prefix + f.App.String() + "/" + f.ID.String() + "-" + hex.EncodeToString(f.Secret[:]) + "/" + url.PathEscape(f.Name)
}
