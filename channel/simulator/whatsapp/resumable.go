package whatsapp

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"heliograph/channel/simulator"
)

// upload is a session of Meta's Resumable Upload API: a file that comes in
// pieces under an app, and is known by a handle once it is whole.
type upload struct {
	id     string
	kind   string
	name   string
	length int
	data   []byte
	handle string // "" until the file is whole
	file   string // the stored file's id, once it is
}

// uploads keeps the newest sessions. The provider's lock guards it.
type uploads struct {
	sessions []*upload
}

const (
	maxSessions   = 100
	maxResumable  = 16 << 20
	sessionPrefix = "upload:"
)

func (u *uploads) begin(one *upload) {
	u.sessions = append(u.sessions, one)
	if len(u.sessions) > maxSessions {
		u.sessions = slices.Delete(u.sessions, 0, 1)
	}
}

func (u *uploads) find(matches func(*upload) bool) *upload {
	if i := slices.IndexFunc(u.sessions, matches); i >= 0 {
		return u.sessions[i]
	}
	return nil
}

// beginUpload plays POST /{app}/uploads.
func (p *Provider) beginUpload(w http.ResponseWriter, r *http.Request) *graphError {
	app, q := r.PathValue("id"), r.URL.Query()
	if digits(app) != app || strings.HasSuffix(app, "0404") {
		return noObject(r.Method, app)
	}
	one := &upload{kind: q.Get("file_type"), name: q.Get("file_name")}
	switch one.kind {
	case "application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4":
	default:
		return refuse(100, "Param file_type must be one of application/pdf, image/jpeg, image/jpg, image/png, video/mp4")
	}
	length, err := strconv.Atoi(q.Get("file_length"))
	if err != nil || length < 1 || length > maxResumable {
		return refuse(100, fmt.Sprintf("Param file_length must be 1 to %d", maxResumable))
	}
	one.length = length
	one.id = sessionPrefix + "MTphdHRhY2htZW50" + p.n.Hex("") + "?sig=" + p.n.Hex("")[:16]
	p.mu.Lock()
	p.uploads.begin(one)
	p.mu.Unlock()
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"id": one.id})
	return nil
}

// session returns the upload that a request's address names, signature and all.
func (p *Provider) session(r *http.Request) (*upload, *graphError) {
	id := r.PathValue("id") + "?" + r.URL.RawQuery
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.uploads.find(func(u *upload) bool { return u.id == id }); one != nil {
		return one, nil
	}
	return nil, noObject(r.Method, r.PathValue("id"))
}

// showUpload plays GET /upload:{session}: how much of the file is there.
func (p *Provider) showUpload(w http.ResponseWriter, r *http.Request) *graphError {
	one, e := p.session(r)
	if e != nil {
		return e
	}
	p.mu.Lock()
	offset := len(one.data)
	p.mu.Unlock()
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"id": one.id, "file_offset": offset})
	return nil
}

// receiveUpload plays POST /upload:{session}: the next piece of the file, and
// with the last one its handle.
func (p *Provider) receiveUpload(w http.ResponseWriter, r *http.Request) *graphError {
	one, e := p.session(r)
	if e != nil {
		return e
	}
	piece, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResumable))
	if err != nil {
		return refuse(100, "The body could not be read")
	}
	offset, err := strconv.Atoi(r.Header.Get("file_offset"))
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err != nil || offset != len(one.data) || one.handle != "":
		return refuse(100, fmt.Sprintf("The header file_offset must be %d", len(one.data)))
	case len(one.data)+len(piece) > one.length:
		return refuse(100, "The file is longer than file_length said")
	}
	if one.data = append(one.data, piece...); len(one.data) < one.length {
		simulator.WriteJSON(w, http.StatusOK, map[string]any{"id": one.id, "file_offset": len(one.data)})
		return nil
	}
	f := &file{kind: one.kind, name: one.name, data: one.data, expires: p.n.Now().Add(uploadedLife)}
	p.media.add(f)
	one.file, one.handle = f.id, "4::"+p.n.Hex("")
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"h": one.handle})
	return nil
}

// picture returns where the picture behind a handle is shown. The lock is held.
func (p *Provider) picture(r *http.Request, handle string) (address string, ok bool) {
	one := p.uploads.find(func(u *upload) bool { return u.handle != "" && u.handle == handle })
	if one == nil || !strings.HasPrefix(one.kind, "image/") {
		return "", false
	}
	base := p.n.PublicURL()
	if base == "" {
		base = "http://" + r.Host
	}
	return base + "/sim/whatsapp/media/" + one.file, true
}
