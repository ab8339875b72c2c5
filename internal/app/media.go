package app

import (
	"crypto/rand"

	"heliograph/internal/media"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
)

// newMedia makes the engine of files, and has channels open files through it.
func newMedia(a *App, tenants *tenant.Service) *media.Service {
	m := media.New(media.Deps{
		Store: store.Media{Store: a.data.Store}, Channels: tenants, HTTP: a.out[1], CheckURL: a.guard.CheckURL, BaseURL: a.host.public,
		IDs: a.data.ids, Random: rand.Reader, Now: a.now, Log: a.log, Watch: a.metrics, Alone: a.data.lock != nil,
		Limits: media.Limits{Upload: int64(a.cfg.MaxUploadMB) << 20, Fetch: int64(a.cfg.MaxMediaMB) << 20},
	})
	a.host.media = m.Blob
	return m
}
