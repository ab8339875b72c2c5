package suncov1_test

import (
	"bytes"
	"crypto/rand"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/media"
	"heliograph/internal/store"
)

// png begins as a PNG does.
const png = "\x89PNG\x0d\x0a\x1a\x0a"

// formOf is a form with a file as its part source, and its content type.
func formOf(name, kind, content string, fields ...string) (body, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	h := textproto.MIMEHeader{"Content-Disposition": {multipart.FileContentDisposition("source", name)}}
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	part, _ := w.CreatePart(h)
	_, _ = part.Write([]byte(content))
	for i := 0; i+1 < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// shelf is the surface with files.
type shelf struct{ *talk }

func newShelf(t *testing.T) *shelf {
	s := &shelf{newTalk(t)}
	return s
}

// newFiles is the engine of files, with small limits.
func newFiles(w *talk) *media.Service {
	return media.New(media.Deps{
		Store: store.Media{Store: w.store}, Channels: w.tenants, CheckURL: func(string) error { return nil },
		BaseURL: "https://heliograph.example", IDs: w.ids, Random: rand.Reader, Now: w.clock.Now, Log: w.api.Log, Watch: noWatch{},
		Limits: media.Limits{Upload: 1 << 20},
	})
}

type noWatch struct{}

func (noWatch) MediaFetched(string)      {}
func (noWatch) MediaBytes(string, int64) {}

// upload sends a form.
func (s *shelf) upload(path, body, kind string) *answer {
	s.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Authorization", basic(s.key))
	r.Header.Set("Content-Type", kind)
	rec := httptest.NewRecorder()
	s.handler.ServeHTTP(rec, r)
	return &answer{rec, s.T}
}

// file is what there is of the file at a URL.
func (s *shelf) file(url string) *media.File {
	s.Helper()
	ref, ok := s.api.Media.Parse(url)
	if !ok {
		s.Fatalf("%q is none of our URLs", url)
	}
	f, err := store.Media{Store: s.store}.Get(s.Context(), ref.App, ref.ID)
	s.must(err)
	return f
}

func TestCreateAttachment(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form, kind := formOf("a b.png", "image/png", png)
	long := "/v1.1/apps/" + s.app.ID.String() + "/attachments"
	for _, path := range []string{"/v1.1/attachments", long, "/sc" + long} {
		out := s.upload(path+"?access=public&for=message&userId=ana%40example.org", form, kind).want(http.StatusCreated)
		if out["mediaType"] != "image/png" || !strings.HasSuffix(out["mediaUrl"].(string), "/a%20b.png") {
			t.Fatalf("%v", out)
		}
		if f := s.file(out["mediaUrl"].(string)); f.User != s.user.ID || f.Access != media.Public || f.Size != int64(len(png)) {
			t.Errorf("%+v", f)
		}
	}
	private := s.upload(long+"?access=private&appUserId="+s.user.ID.String(), form, kind).want(http.StatusCreated)
	if f := s.file(private["mediaUrl"].(string)); f.Access != media.Private || f.User != s.user.ID {
		t.Errorf("%+v", f)
	}
	big, bigKind := formOf("b.bin", "", strings.Repeat("x", 1<<20+1))
	none, noneKind := formOf("empty", "", "")
	html, htmlKind := formOf("x.png", "image/png", "<html><script>alert(1)</script>")
	if out := s.upload(long+"?access=public", html, htmlKind).want(http.StatusCreated); out["mediaType"] != "application/octet-stream" {
		t.Errorf("markup is served as %v", out["mediaType"])
	}
	for _, tt := range []struct {
		name, path, body, kind string
		status                 int
		code, says             string
	}{
		{"no access", long, form, kind, 400, "bad_request", "access is required"},
		{"another access", long + "?access=all", form, kind, 400, "bad_request", "access must be"},
		{"for what", long + "?access=public&for=fun", form, kind, 400, "bad_request", "for must be"},
		{"for whom", long + "?access=public&userId=nobody", form, kind, 400, "bad_request", "userId names no user"},
		{"what Node's FormData becomes", long + "?access=public", "[object FormData]", "", 400, "bad_request", "require('form-data')"},
		{"the same as JSON", long + "?access=public", "[object FormData]", "application/json", 400, "bad_request", "require('form-data')"},
		{"JSON", long + "?access=public", "{}", "application/json", 400, "bad_request", "multipart/form-data"},
		{"no boundary", long + "?access=public", form, "multipart/form-data", 400, "bad_request", "multipart/form-data"},
		{"no file", long + "?access=public", strings.ReplaceAll(form, `"source"`, `"file"`), kind, 400, "bad_request", "source is required"},
		{"two files", long + "?access=public", strings.Replace(form, "--"+boundaryOf(kind)+"--", form, 1), kind, 400, "bad_request", "source is given more than once"},
		{"cut off", long + "?access=public", form[:len(form)-20], kind, 400, "bad_request", "ended early"},
		{"an empty file", long + "?access=public", none, noneKind, 400, "bad_request", "empty"},
		{"too large", long + "?access=public", big, bigKind, 413, "payload_too_large", "larger than 1 MB"},
	} {
		rec := s.upload(tt.path, tt.body, tt.kind)
		out := rec.want(tt.status, tt.code)
		if says := dig(t, out, "error", "description").(string); !strings.Contains(says, tt.says) {
			t.Errorf("%s: %s", tt.name, says)
		}
	}
	huge := httptest.NewRequest(http.MethodPost, long+"?access=public", strings.NewReader(form))
	huge.ContentLength = 3 << 20
	huge.Header.Set("Authorization", basic(s.key))
	rec := httptest.NewRecorder()
	s.handler.ServeHTTP(rec, huge)
	if rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("announced as too large: %d", rec.Code)
	}
}

func boundaryOf(kind string) string { return kind[strings.Index(kind, "boundary=")+9:] }

func TestRemoveAttachment(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form, kind := formOf("a.png", "image/png", png)
	url := s.upload("/v1.1/attachments?access=public", form, kind).want(201)["mediaUrl"].(string)
	remove := func(key *heliograph.Key, url string) *answer {
		return s.call(basic(key), http.MethodPost, "/v1.1/attachments/remove", map[string]string{"mediaUrl": url})
	}
	_, stranger := s.newApp()
	wrong := strings.Replace(url, "-", "-f", 1)
	remove(stranger, url).want(404, "not_found")
	remove(s.key, wrong[:len(wrong)-7]+"/a.png").want(404, "not_found")
	remove(s.key, "https://heliograph.example/media/x").want(404, "not_found")
	remove(s.key, strings.Replace(url, "heliograph.example", "elsewhere.example", 1)).want(400, "bad_request")
	remove(s.key, "").want(400, "bad_request")
	if f := s.file(url); f.State != media.Stored {
		t.Fatalf("it is %s", f.State)
	}
	remove(s.key, url).want(200)
	remove(s.key, url).want(404, "not_found")
}

func TestPostImage(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form, kind := formOf("a.png", "", png, "role", "appMaker")
	out := s.upload(s.path("/images"), form, kind).want(http.StatusCreated)
	m := dig(t, out, "message").(map[string]any)
	if m["type"] != "image" || m["mediaType"] != "image/png" || m["mediaSize"] != float64(len(png)) || m["role"] != "appMaker" {
		t.Fatalf("%v", m)
	}
	f := s.file(m["mediaUrl"].(string))
	if f.Message.String() != m["_id"] {
		t.Errorf("it goes with %s", f.Message)
	}
	asUser, userKind := formOf("a.png", "", png, "role", "appUser")
	theirs := dig(t, s.upload(s.path("/images"), asUser, userKind).want(http.StatusCreated), "message").(map[string]any)
	if theirs["role"] != "appUser" {
		t.Errorf("%v", theirs)
	}
	s.call(basic(s.key), http.MethodDelete, s.path("/messages/"+m["_id"].(string)), nil).want(200)
	if f := s.file(m["mediaUrl"].(string)); f.State != media.Gone {
		t.Errorf("its message went, and it is %s", f.State)
	}
	noRole, noRoleKind := formOf("a.png", "", png)
	text, textKind := formOf("a.txt", "", "hello", "role", "appMaker")
	s.upload(s.path("/images"), noRole, noRoleKind).want(400, "bad_request")
	s.upload(s.path("/images"), text, textKind).want(400, "bad_request")
}

func TestMessageWithAFileOfOurs(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	form, kind := formOf("a.png", "image/png", png)
	for _, role := range []string{"appMaker", "appUser"} {
		url := s.upload("/v1.1/attachments?access=public&for=message&userId="+s.user.ID.String(), form, kind).want(201)["mediaUrl"].(string)
		m := dig(t, s.post(map[string]any{"role": role, "type": "image", "mediaUrl": url}).want(201), "message").(map[string]any)
		if m["mediaSize"] != float64(len(png)) || m["mediaType"] != "image/png" {
			t.Errorf("%s: %v", role, m)
		}
		if f := s.file(url); f.Message.String() != m["_id"] {
			t.Errorf("%s: the file goes with %q", role, f.Message)
		}
	}
}
