package whatsapp

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"heliograph/channel/simulator"
)

// file is a file that somebody uploaded.
type file struct {
	id       string
	kind     string // its MIME type
	name     string
	data     []byte
	sum      string
	expires  time.Time
	position *list.Element
}

// mediaStore keeps files within a bound, the newest. The provider's lock guards it.
type mediaStore struct {
	files map[string]*file
	order *list.List // of *file, the newest in front
	size  int
	made  int
}

const (
	maxStored    = 256 << 20
	uploadedLife = 30 * 24 * time.Hour
	receivedLife = 7 * 24 * time.Hour
	linkLife     = 5 * time.Minute
)

func newMediaStore() *mediaStore {
	return &mediaStore{files: map[string]*file{}, order: list.New()}
}

func (m *mediaStore) add(f *file) {
	m.made++
	sum := sha256.Sum256(f.data)
	f.sum = hex.EncodeToString(sum[:])
	f.id = strconv.Itoa(700_000_000_000_000 + m.made)
	f.position = m.order.PushFront(f)
	m.files[f.id] = f
	for m.size += len(f.data); m.size > maxStored && m.order.Len() > 1; {
		m.drop(m.order.Back().Value.(*file).id)
	}
}

func (m *mediaStore) drop(id string) {
	if f := m.files[id]; f != nil {
		m.size -= len(f.data)
		m.order.Remove(f.position)
		delete(m.files, id)
	}
}

// accepts says what may be sent as a type, and how large.
func accepts(kind, mimeType string) (limit int, ok bool) {
	mimeType, _, _ = strings.Cut(mimeType, ";")
	mimeType = strings.ToLower(strings.TrimSpace(mimeType))
	switch kind {
	case "image":
		return 5 << 20, mimeType == "image/jpeg" || mimeType == "image/png"
	case "audio":
		switch mimeType {
		case "audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg", "audio/opus":
			return 16 << 20, true
		}
		return 0, false
	case "video":
		return 16 << 20, mimeType == "video/mp4" || mimeType == "video/3gpp"
	case "sticker":
		return 500 << 10, mimeType == "image/webp"
	case "document":
		return 100 << 20, mimeType != ""
	}
	return 0, false
}

// kindOf is the type of message that a file is sent as.
func kindOf(mimeType string) string {
	for _, kind := range []string{"image", "audio", "video", "sticker"} {
		if _, ok := accepts(kind, mimeType); ok {
			return kind
		}
	}
	return "document"
}

func (p *Provider) keep(f *file, life time.Duration) *file {
	p.mu.Lock()
	defer p.mu.Unlock()
	f.expires = p.n.Now().Add(life)
	p.media.add(f)
	return f
}

// file returns a file that still lives.
func (p *Provider) file(id string) *file {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.media.files[id]
	if f == nil || p.n.Now().After(f.expires) {
		return nil
	}
	return f
}

// uploadMedia plays POST /{number}/media.
func (p *Provider) uploadMedia(w http.ResponseWriter, r *http.Request) *graphError {
	if !p.isNumber(r.PathValue("id")) {
		return noObject(r.Method, r.PathValue("id"))
	}
	r.Body = http.MaxBytesReader(w, r.Body, 101<<20)
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		return refuse(100, "The body is not multipart/form-data: "+err.Error())
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	if r.FormValue("messaging_product") != name {
		return refuse(100, "The parameter messaging_product is required.")
	}
	part, header, err := r.FormFile("file")
	if err != nil {
		return refuse(100, "The parameter file is required.")
	}
	defer part.Close()
	mimeType := header.Header.Get("Content-Type")
	if mimeType == "" || mimeType == "application/octet-stream" {
		mimeType = r.FormValue("type")
	}
	data, err := io.ReadAll(part)
	if err != nil {
		return refuse(131053, "The file could not be read")
	}
	limit, ok := accepts(kindOf(mimeType), mimeType)
	if !ok || mimeType == "application/octet-stream" {
		return refuse(100, "Param file must be a file with one of the supported types. Received file of type '"+mimeType+"'.")
	}
	if len(data) == 0 || len(data) > limit {
		return refuse(131053, fmt.Sprintf("The file has %d bytes; files of type %s may have 1 to %d", len(data), mimeType, limit))
	}
	f := p.keep(&file{kind: mimeType, name: header.Filename, data: data}, uploadedLife)
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"id": f.id})
	return nil
}

// showFile plays GET /{media}: where the file can be fetched for five minutes.
func (p *Provider) showFile(w http.ResponseWriter, r *http.Request, f *file) *graphError {
	if p.file(f.id) == nil {
		return noObject(r.Method, f.id)
	}
	base := p.n.PublicURL()
	if base == "" {
		base = "http://" + r.Host
	}
	until := p.n.Now().Add(linkLife).Unix()
	simulator.WriteJSON(w, http.StatusOK, map[string]any{
		"messaging_product": name, "id": f.id, "mime_type": f.kind, "sha256": f.sum, "file_size": len(f.data),
		"url": fmt.Sprintf("%s/whatsapp/media/%s?ext=%d&hash=%s", base, f.id, until, f.sum[:12]),
	})
	return nil
}

// downloadMedia serves a file to whoever has a token, while the address lives.
func (p *Provider) downloadMedia(w http.ResponseWriter, r *http.Request) {
	if e := p.authorize(r, ""); e != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	f := p.file(r.PathValue("media"))
	until, err := strconv.ParseInt(r.URL.Query().Get("ext"), 10, 64)
	if f == nil || err != nil || p.n.Now().Unix() > until || r.URL.Query().Get("hash") != f.sum[:12] {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	serve(w, f)
}

func serve(w http.ResponseWriter, f *file) {
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.data)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(f.kind, "image/") && !strings.HasPrefix(f.kind, "audio/") && !strings.HasPrefix(f.kind, "video/") || strings.Contains(f.kind, "svg") {
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	}
	_, _ = w.Write(f.data)
}

// showMedia serves a file to the page.
func (p *Provider) showMedia(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	f := p.media.files[r.PathValue("media")]
	p.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	serve(w, f)
}

// postMedia takes a file from a person: the body is the file, ?filename= its name.
func (p *Provider) postMedia(w http.ResponseWriter, r *http.Request) {
	mimeType := r.Header.Get("Content-Type")
	limit, ok := accepts(kindOf(mimeType), mimeType)
	if !ok {
		simulator.BadField("Content-Type", "is needed").Write(w)
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	if err != nil || len(data) == 0 {
		simulator.BadField("file", fmt.Sprintf("must have 1 to %d bytes", limit)).Write(w)
		return
	}
	f := p.keep(&file{kind: mimeType, name: path.Base("/" + r.URL.Query().Get("filename")), data: data}, receivedLife)
	simulator.WriteJSON(w, http.StatusCreated, map[string]string{"id": f.id, "type": kindOf(mimeType)})
}

// fetch gets the file behind a link, as Meta does for every message that names
// one.
func (p *Provider) fetch(ctx context.Context, kind, link string) (*file, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the link is not an http or https URL")
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", agent)
	client := *p.n.HTTP()
	client.CheckRedirect = nil
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the link answered %d", res.StatusCode)
	}
	mimeType := res.Header.Get("Content-Type")
	limit, ok := accepts(kind, mimeType)
	if !ok {
		return nil, fmt.Errorf("the link has type %q, which is not a type of %s", mimeType, kind)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("the file has more than %d bytes", limit)
	}
	return p.keep(&file{kind: mimeType, name: path.Base(u.Path), data: data}, uploadedLife), nil
}
