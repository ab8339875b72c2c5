// Package mediafiles is the HTTP surface that serves files under their own URLs.
// A browser may show some of them and run none.
package mediafiles

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/auth"
	"heliograph/internal/media"
)

// API is the surface. Every field must be set.
type API struct {
	Files *media.Service
	Auth  Authenticator
	Apps  Apps
	Users Users
	Log   *slog.Logger
}

// Authenticator finds out who calls.
type Authenticator interface {
	Authenticate(ctx context.Context, r *http.Request) (auth.Principal, error)
}

// Apps finds an app.
type Apps interface {
	App(ctx context.Context, id heliograph.AppID) (*heliograph.App, error)
}

// Users finds a user by an id or the caller's own id for it.
type Users interface {
	Resolve(ctx context.Context, app heliograph.AppID, name string) (*heliograph.User, error)
}

// Route is what the figures call it.
const Route = "GET /media/{appId}/{file}"

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	httpx.Name(w, Route)
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "files allow GET, HEAD")
		return
	}
	if err := a.serve(w, r); err != nil {
		a.fail(w, r, err)
	}
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) error {
	ref, ok := media.ParsePath(r.URL.Path)
	if !ok {
		return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such file")
	}
	f, err := a.Files.Find(r.Context(), ref)
	if err != nil {
		return err
	}
	if f.Access == media.Private {
		if err := a.admit(r, f); err != nil {
			return err
		}
	}
	describe(w.Header(), f)
	body := a.Files.Read(r.Context(), f)
	http.ServeContent(httpx.Patient(w), r, "", time.Time{}, body)
	return nil
}

// describe says what a file is, and keeps browsers from making more of it.
func describe(h http.Header, f *media.File) {
	h.Set("Content-Type", f.Type)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("ETag", `"`+hex.EncodeToString(f.SHA256)+`"`)
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	policy := "sandbox; default-src 'none'"
	if f.Type == "application/pdf" {
		policy = "default-src 'none'" // browsers show no PDF in a sandbox
	}
	h.Set("Content-Security-Policy", policy)
	how := "attachment"
	if f.Inline() {
		how = "inline"
	}
	if d := mime.FormatMediaType(how, map[string]string{"filename": f.Name}); d != "" {
		how = d
	}
	h.Set("Content-Disposition", how)
	if strings.HasPrefix(f.Type, "image/") && f.Inline() {
		h.Set("Access-Control-Allow-Origin", "*")
	}
}

// admit asks for a credential of the file's app, or of the user whose it is.
func (a *API) admit(r *http.Request, f *media.File) error {
	p, err := a.Auth.Authenticate(r.Context(), r)
	if err != nil {
		return err
	}
	app, err := a.Apps.App(r.Context(), f.App)
	if err != nil {
		return err
	}
	switch {
	case !p.App.IsZero() && p.App != f.App, p.Org != app.Org:
	case p.Scope != heliograph.ScopeAppUser:
		return nil
	default:
		u, err := a.Users.Resolve(r.Context(), f.App, p.UserExternalID)
		if err == nil && u.ID == f.User {
			return nil
		}
		if err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
			return err
		}
	}
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "this credential does not reach the file")
}

// fail answers with an error, which nobody may keep.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := heliograph.AsError(err)
	if e.Kind == heliograph.Internal && r.Context().Err() == nil {
		a.Log.LogAttrs(r.Context(), slog.LevelError, "a file could not be served",
			slog.String("request", httpx.RequestID(w)), slog.String("error", err.Error()))
	}
	httpx.RetryAfter(w, e)
	refuse(w, httpx.Status(e.Kind), e.Code, e.Message)
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	var body struct {
		Error struct {
			Code        string `json:"code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Description = code, description
	text, _ := json.Marshal(body)
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
