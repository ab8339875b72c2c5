// Package unsubscribe is where people end messages by the link in a mail, with
// one click (RFC 8058): /u/{token}. Looking at a link changes nothing, for
// scanners look at all of them; a POST does.
package unsubscribe

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"heliograph"
)

// Prefix is the path that the handler serves.
const Prefix = "/u/"

// maxBody bounds a form of one field.
const maxBody = 16 << 10

// Consents notes what people allow. Both report whether that is new.
type Consents interface {
	Suppress(ctx context.Context, c *heliograph.Consent) (bool, error)
	Unsuppress(ctx context.Context, c *heliograph.Consent) (bool, error)
}

// Apps finds apps. A missing one is an error of kind NotFound.
type Apps interface {
	App(ctx context.Context, id heliograph.AppID) (*heliograph.App, error)
}

// Unsubscribe is the surface. Every field must be set.
type Unsubscribe struct {
	Links    *Links
	Consents Consents
	Apps     Apps
	Log      *slog.Logger
}

func (u *Unsubscribe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	who, ok := u.Links.read(strings.TrimPrefix(r.URL.Path, Prefix))
	if !ok {
		show(w, r, http.StatusNotFound, view{State: unknown})
		return
	}
	app, err := u.Apps.App(r.Context(), who.App)
	if err != nil {
		u.fail(w, r, err)
		return
	}
	v := view{State: asked, App: app.Name, Address: who.Address}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		show(w, r, http.StatusOK, v)
		return
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		show(w, r, http.StatusMethodNotAllowed, v)
		return
	}
	switch word := asks(w, r); word {
	case "unsubscribe":
		v.State, err = gone, u.end(r.Context(), &who)
	case "subscribe":
		v.State, err = back, u.resume(r.Context(), &who)
	default:
		show(w, r, http.StatusBadRequest, v)
		return
	}
	if err != nil {
		u.fail(w, r, err)
		return
	}
	show(w, r, http.StatusOK, v)
}

// asks returns what a form asks for: what mail programs send (RFC 8058), or what
// the buttons of the page do; "" for anything else.
func asks(w http.ResponseWriter, r *http.Request) string {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxBody)
	} else {
		err = r.ParseForm()
	}
	switch {
	case err != nil:
		return ""
	case strings.EqualFold(r.PostFormValue("List-Unsubscribe"), "One-Click"):
		return "unsubscribe"
	}
	switch word := r.PostFormValue("action"); word {
	case "unsubscribe", "subscribe":
		return word
	}
	return ""
}

// scopes: nothing more comes from this sender, and marketing from none.
func scopes() []heliograph.ConsentScope {
	return []heliograph.ConsentScope{heliograph.ScopeSender, heliograph.ScopeMarketing}
}

func (u *Unsubscribe) end(ctx context.Context, who *Who) error {
	for _, scope := range scopes() {
		if _, err := u.Consents.Suppress(ctx, consent(who, scope)); err != nil {
			return err
		}
	}
	return nil
}

// resume takes back both. It lifts no bounce: see Consents.
func (u *Unsubscribe) resume(ctx context.Context, who *Who) error {
	for _, scope := range scopes() {
		if _, err := u.Consents.Unsuppress(ctx, consent(who, scope)); err != nil {
			return err
		}
	}
	return nil
}

func consent(who *Who, scope heliograph.ConsentScope) *heliograph.Consent {
	return &heliograph.Consent{
		App: who.App, Integration: who.Integration, Address: who.Address, User: who.User, Scope: scope,
		Source: heliograph.ConsentListUnsubscribe, Evidence: map[string]string{"link": "one-click"},
	}
}

func (u *Unsubscribe) fail(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*heliograph.Error](err)
	if ok && e.Kind == heliograph.NotFound {
		show(w, r, http.StatusNotFound, view{State: unknown})
		return
	}
	u.Log.LogAttrs(r.Context(), slog.LevelError, "an unsubscription could not be stored", slog.String("error", err.Error()))
	w.Header().Set("Retry-After", "5")
	show(w, r, http.StatusServiceUnavailable, view{State: broken})
}
