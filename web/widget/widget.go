// Package widget holds the web messenger as it was built: what pages load. Its
// sources are beside this file; scripts/widget.sh builds them into dist.
package widget

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Files returns the built files: loader.js, widget.js, sw.js, licenses.txt.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}
