package messenger

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Loader is the file that pages load first.
const Loader = "loader.js"

const (
	forever = "public, max-age=31536000, immutable" // of a URL with a digest in it
	briefly = "public, max-age=300"
)

// Files are the messenger's built files, ready to be sent. All of them are found
// under their digest, which may be kept for ever, and under their plain name.
type Files struct {
	digest string // of all of them: what one loads, another must fit
	byName map[string]*file
}

type file struct {
	kind       string // MIME
	plain, zip []byte
	etag       string
}

// NewFiles reads the files of a folder.
func NewFiles(folder fs.FS) (*Files, error) {
	out := &Files{byName: map[string]*file{}}
	sum := sha256.New()
	err := fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(text))
		sum.Write(text)
		out.byName[name], err = newFile(name, text)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the messenger's files: %w", err)
	}
	if out.byName[Loader] == nil {
		return nil, fmt.Errorf("the messenger's files: there is no %s", Loader)
	}
	out.digest = hex.EncodeToString(sum.Sum(nil))[:20]
	return out, nil
}

func newFile(name string, text []byte) (*file, error) {
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8"
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	var zip bytes.Buffer
	z, err := gzip.NewWriterLevel(&zip, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return &file{kind: kind, plain: text, zip: zip.Bytes(), etag: hex.EncodeToString(sum[:10])}, nil
}

// Path returns where a file is found below FilesPrefix for as long as it is what it is.
func (f *Files) Path(name string) string { return f.digest + "/" + name }

// serve answers with a file, or reports that there is none.
func (f *Files) serve(w http.ResponseWriter, r *http.Request, name string) bool {
	keep := briefly
	if digest, rest, ok := strings.Cut(name, "/"); ok {
		name = rest
		// An older page may ask by an older digest: it gets what there is, but must
		// not keep it under that name.
		if digest == f.digest {
			keep = forever
		}
	}
	one := f.byName[name]
	if one == nil {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", one.kind)
	h.Set("Cache-Control", keep)
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `W/"`+one.etag+`"`)
	if strings.Contains(r.Header.Get("If-None-Match"), one.etag) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	body := one.plain
	if acceptsGzip(r) && len(one.zip) < len(one.plain) {
		h.Set("Content-Encoding", "gzip")
		body = one.zip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
	return true
}

// acceptsGzip reads Accept-Encoding as far as browsers use it: a coding with the
// weight 0 is refused.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.TrimSpace(weight)
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
		}
	}
	return false
}
