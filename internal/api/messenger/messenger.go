// Package messenger is the HTTP surface that pages get the web messenger from:
// the address of its loader, by which vendor snippets find it, and its files.
package messenger

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// Where the surface is found.
const (
	// LoaderPrefix is followed by an integration's id. It is for installations
	// without a wildcard in DNS.
	LoaderPrefix = "/webloader/"
	// FilesPrefix is followed by a file's name, or by its digest and its name.
	FilesPrefix = "/sdk/widget/"
	// loaderHost stands between an integration's id and our host.
	loaderHost = ".webloader."
)

// API is the surface. Every field must be set.
type API struct {
	Integrations Integrations
	Files        *Files
	PublicURL    string // without a trailing slash
	Log          *slog.Logger
}

// Integrations finds integrations.
type Integrations interface {
	// Type returns the type of an integration, or an error of kind NotFound.
	Type(ctx context.Context, id heliograph.IntegrationID) (string, error)
}

// LoaderOf returns the integration whose loader a host name asks for:
// <integrationId>.webloader.<our host>.
func LoaderOf(host string) (heliograph.IntegrationID, bool) {
	var id heliograph.IntegrationID
	name, _, found := strings.Cut(strings.ToLower(host), loaderHost)
	if !found || id.UnmarshalText([]byte(name)) != nil {
		return id, false
	}
	return id, !id.IsZero()
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "GET, HEAD")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "this allows GET, HEAD, OPTIONS")
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, FilesPrefix); ok {
		httpx.Name(w, "GET /sdk/widget/{file}")
		if !a.Files.serve(w, r, name) {
			a.fail(w, r, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such file"))
		}
		return
	}
	httpx.Name(w, "GET /webloader/{integrationId}")
	if err := a.loader(w, r); err != nil {
		a.fail(w, r, err)
	}
}

// loader says where the loader is. Newer snippets pick a key by their version,
// older ones read url; there is one loader for all.
func (a *API) loader(w http.ResponseWriter, r *http.Request) error {
	id, ok := LoaderOf(r.Host)
	if !ok {
		name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, LoaderPrefix), "/")
		if id.UnmarshalText([]byte(name)) != nil || id.IsZero() {
			return noMessenger()
		}
	}
	kind, err := a.Integrations.Type(r.Context(), id)
	switch {
	case heliograph.IsKind(err, heliograph.NotFound) || err == nil && kind != heliograph.PlatformWeb:
		return noMessenger()
	case err != nil:
		return err
	}
	url := a.PublicURL + FilesPrefix + a.Files.Path(Loader)
	text, err := json.Marshal(map[string]string{"url": url, "v4": url, "v5": url, "v5.7.2": url})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=60")
	_, _ = w.Write(text)
	return nil
}

func noMessenger() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no integration of type web with this id")
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := heliograph.AsError(err)
	if e.Kind == heliograph.Internal && r.Context().Err() == nil {
		a.Log.LogAttrs(r.Context(), slog.LevelError, "the messenger could not be served",
			slog.String("request", httpx.RequestID(w)), slog.String("error", err.Error()))
	}
	httpx.RetryAfter(w, e)
	refuse(w, httpx.Status(e.Kind), e.Code, e.Message)
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	text, _ := json.Marshal(map[string]map[string]string{"error": {"code": code, "description": description}})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
