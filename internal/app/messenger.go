package app

import (
	"context"
	"net/http"

	"heliograph"
	"heliograph/internal/api/messenger"
	"heliograph/web/widget"
)

// messengerFiles is where pages get the web messenger from.
func (a *App) messengerFiles() (*messenger.API, error) {
	files, err := messenger.NewFiles(widget.Files())
	if err != nil {
		return nil, err
	}
	return &messenger.API{Integrations: integrationTypes{a.engines}, Files: files, PublicURL: a.host.public, Log: a.log}, nil
}

// integrationTypes implements messenger.Integrations.
type integrationTypes struct{ e *engines }

// Type implements messenger.Integrations.
func (t integrationTypes) Type(ctx context.Context, id heliograph.IntegrationID) (string, error) {
	i, _, _, err := t.e.tenants.Lookup(ctx, id)
	if err != nil {
		return "", err
	}
	return i.Type, nil
}

// loaderHosts sends what comes to a host of its own to the loader: the host name
// says which integration is meant, whatever the path is.
func loaderHosts(loader, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, is := messenger.LoaderOf(r.Host); is {
			loader.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
