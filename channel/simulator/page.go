package simulator

import (
	"embed"
	"io/fs"
	"net/http"
)

//go:embed assets
var assetFiles embed.FS

// page serves the one page, which reads its path to know what to show.
func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy",
		"default-src 'self'; img-src 'self' data: https: http:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, assetFiles, "assets/page.html")
}

func assets() http.Handler { return static(assetFiles) }

// static serves files of the page.
func static(from fs.FS) http.Handler {
	files := http.FileServerFS(from)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
}
