package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/media"
)

func TestUpload(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	want := picture()
	f, err := b.Upload(t.Context(), media.Draft{App: b.app, Access: media.Public, Name: `C:\Bilder\Üb er?.png`}, strings.NewReader(want))
	b.must(err)
	if f.Type != "image/png" || f.Name != "Üb er.png" || f.Size != int64(len(want)) || !f.Inline() {
		t.Fatalf("%+v", f)
	}
	url := b.URL(f)
	if !strings.HasSuffix(url, "/%C3%9Cb%20er.png") || !b.Ours(url) {
		t.Error(url)
	}
	got, err := b.Find(t.Context(), b.ref(url))
	b.must(err)
	content := b.Read(t.Context(), got)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		at := rng.Int64N(int64(len(want)))
		if _, err := content.Seek(at, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		part := make([]byte, rng.IntN(70000))
		n, err := io.ReadFull(content, part)
		if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
			t.Fatal(err)
		}
		if !bytes.Equal(part[:n], []byte(want[at:at+int64(n)])) {
			t.Fatalf("wrong bytes at %d", at)
		}
	}
	for name, wrong := range map[string]func(*media.Ref){
		"secret": func(r *media.Ref) { r.Secret[15] ^= 1 },
		"app":    func(r *media.Ref) { r.App = b.ids.App() },
		"id":     func(r *media.Ref) { r.ID = b.ids.Media() },
	} {
		ref := b.ref(url)
		wrong(&ref)
		if _, err := b.Find(t.Context(), ref); !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("another %s: %v", name, err)
		}
	}
}

// TestUploadThatFails leaves nothing behind.
func TestUploadThatFails(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	broken := io.MultiReader(strings.NewReader(picture()), failing{})
	for name, tt := range map[string]struct {
		from io.Reader
		kind heliograph.Kind
	}{
		"too large":  {strings.NewReader(strings.Repeat("x", 1<<20+1)), heliograph.TooLarge},
		"empty":      {strings.NewReader(""), heliograph.Invalid},
		"broken off": {broken, heliograph.Invalid},
	} {
		if _, err := b.Upload(t.Context(), media.Draft{App: b.app, Access: media.Public}, tt.from); !heliograph.IsKind(err, tt.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	turns := 0
	for more := true; more; turns++ {
		var err error
		more, err = b.Sweep(t.Context())
		b.must(err)
	}
	if turns < 3 {
		t.Errorf("nothing was swept up in %d turns", turns)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("reset") }

func TestHold(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	m := b.adopt(channel.Media{Data: []byte("hello"), Type: "Text/Plain; charset=utf-8", Name: "note.txt"})
	if m.MediaType != "text/plain" || m.MediaSize != 5 || m.AltText != "note.txt" {
		t.Fatalf("%+v", m.Content)
	}
	f, err := b.Find(t.Context(), b.ref(m.MediaURL))
	b.must(err)
	if f.Message != m.ID || f.User != b.user || f.Inline() {
		t.Errorf("%+v", f)
	}
	// What no message adopted goes after its time, and cannot be read before.
	id, err := b.Hold(t.Context(), b.in, &channel.Media{Data: []byte("x")})
	b.must(err)
	b.clock.Advance(59 * time.Minute)
	for more := true; more; {
		more, err = b.Sweep(t.Context())
		b.must(err)
	}
	held, err := b.Store.Get(t.Context(), b.app, id)
	b.must(err)
	if _, err := b.Find(t.Context(), media.Ref{App: b.app, ID: id, Secret: held.Secret}); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Error(err)
	}
	b.clock.Advance(2 * time.Minute)
	for more := true; more; {
		more, err = b.Sweep(t.Context())
		b.must(err)
	}
	if _, err := b.Store.Get(t.Context(), b.app, id); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	b.file(m.MediaURL)
}

// TestAdoptTwice: a transaction may be run again.
func TestAdoptTwice(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	in := channel.Media{Data: []byte("hello")}
	held, err := b.Hold(t.Context(), b.in, &in)
	b.must(err)
	undone := errors.New("undone")
	for _, end := range []error{undone, nil} {
		msg := &heliograph.Message{ID: b.ids.Message(), App: b.app, User: b.user}
		err := b.store.Atomically(t.Context(), func(ctx context.Context) error {
			if err := b.Adopt(ctx, b.in, msg, &in, held); err != nil {
				t.Error(err)
			}
			return end
		})
		if !errors.Is(err, end) {
			t.Error(err)
		}
	}
	if b.bytes["fetched"] != 5 {
		t.Errorf("%v", b.bytes)
	}
}

func TestDisguise(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	page := "<!DOCTYPE html><script>alert(1)</script>"
	for _, tt := range []struct {
		name, claimed, content, want string
		inline                       bool
	}{
		{"an image", "image/png", png, "image/png", true},
		{"another image than it says", "image/jpeg", png, "image/png", true},
		{"a page as an image", "image/png", page, "application/octet-stream", false},
		{"a page as a document", "application/msword", page, "application/octet-stream", false},
		{"a page as a film", "video/mp4", page, "application/octet-stream", false},
		{"a page", "text/html", page, "text/html", false},
		{"a page that says nothing", "", page, "text/html", false},
		{"a drawing", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`, "image/svg+xml", false},
		{"a drawing as a picture", "image/png", `<svg xmlns="x"/>`, "application/octet-stream", false},
		{"a drawing that says nothing", "", `<svg xmlns="x"/>`, "application/octet-stream", false},
		{"xml", "application/xml", "<?xml version='1.0'?><a/>", "application/xml", false},
		{"text as an image", "image/png", "hello", "application/octet-stream", false},
		{"garbage as an image", "image/png", "\x00\x01\x02", "application/octet-stream", false},
		{"a picture of a new kind", "image/heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "image/heic", true},
		{"a voice", "audio/ogg; codecs=opus", "OggS\x00\x02", "audio/ogg", true},
		{"a voice of a phone", "audio/amr", "#!AMR\n\x00", "audio/amr", true},
		{"a film's sound", "audio/mp4", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "audio/mp4", true},
		{"a document", "application/pdf", "%PDF-1.7\n", "application/pdf", true},
		{"not a document", "application/pdf", "hello", "application/octet-stream", false},
		{"a card", "text/vcard", "BEGIN:VCARD", "text/vcard", false},
		{"nothing said", "", "%PDF-1.7\n", "application/pdf", true},
		{"nonsense said", "x y/z;;", "hello", "text/plain", false},
	} {
		f, err := b.Upload(t.Context(), media.Draft{App: b.app, Access: media.Public, Type: tt.claimed}, strings.NewReader(tt.content))
		b.must(err)
		if f.Type != tt.want || f.Inline() != tt.inline {
			t.Errorf("%s is %s, inline %v", tt.name, f.Type, f.Inline())
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for given, want := range map[string]string{
		"":                                 "file.txt",
		"..":                               "file.txt",
		"../../etc/passwd":                 "passwd",
		"a\x00b\r\nc.txt":                  "abc.txt",
		`a"b<c>.txt`:                       "abc.txt",
		"e\u202etxt.exe":                   "etxt.exe",
		"\xff\xfe":                         "file.txt",
		" spaced  .txt ":                   "spaced  .txt",
		strings.Repeat("é", 200) + ".jpeg": strings.Repeat("é", 57) + ".jpeg",
	} {
		f, err := b.Upload(t.Context(), media.Draft{App: b.app, Access: media.Public, Type: "text/plain", Name: given}, strings.NewReader("x"))
		b.must(err)
		if f.Name != want {
			t.Errorf("%q became %q, want %q", given, f.Name, want)
		}
		if len(b.URL(f)) > heliograph.MaxURLBytes {
			t.Errorf("%d bytes of URL", len(b.URL(f)))
		}
	}
}

func TestUse(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	f, err := b.Upload(t.Context(), media.Draft{App: b.app, User: b.user, Access: media.Public, Type: "image/png"}, strings.NewReader(png))
	b.must(err)
	use := func(app heliograph.AppID, url string) *heliograph.Message {
		m := &heliograph.Message{ID: b.ids.Message(), App: app, User: b.user, Content: heliograph.Content{MediaURL: url}}
		b.must(b.Use(t.Context(), m))
		return m
	}
	url := b.URL(f)
	for name, u := range map[string]string{
		"elsewhere": strings.Replace(url, "h.test", "e.test", 1), "a wrong secret": url[:len(url)-20] + "0000000000/file.png", "no file": "https://h.test/media/", "none": "",
	} {
		if m := use(b.app, u); m.MediaSize != 0 {
			t.Errorf("%s: %+v", name, m.Content)
		}
	}
	if m := use(b.ids.App(), url); m.MediaSize != 0 {
		t.Error("another app's file was told of")
	}
	m := use(b.app, url)
	if m.MediaSize != int64(len(png)) || m.MediaType != "image/png" {
		t.Errorf("%+v", m.Content)
	}
	if got := b.file(url); got.Message != m.ID {
		t.Errorf("it goes with %s", got.Message)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("https://h.test/media/5f3c1e7ab2c4d5e6f7a8b9c0/5f3c1e7ab2c4d5e6f7a8b9c1-00112233445566778899aabbccddeeff/a%20b.png?x=1#y")
	f.Add("https://h.test/media/5f3c1e7ab2c4d5e6f7a8b9c0/5f3c1e7ab2c4d5e6f7a8b9c1-00112233445566778899AABBCCDDEEFF/")
	f.Add("https://h.test/media/../x")
	f.Add("https://h.test/media/5f3c1e7ab2c4d5e6f7a8b9c0/-/")
	s := media.New(media.Deps{BaseURL: "https://h.test"})
	f.Fuzz(func(t *testing.T, raw string) {
		ref, ok := s.Parse(raw)
		if !ok {
			return
		}
		if !s.Ours(raw) || ref.App.IsZero() || ref.ID.IsZero() {
			t.Fatalf("%q is %+v", raw, ref)
		}
		// One file has one key: what was read, written again, begins the URL.
		again := s.URL(&media.File{App: ref.App, ID: ref.ID, Secret: ref.Secret})
		if !strings.HasPrefix(raw+"/", again) && !strings.HasPrefix(raw, strings.TrimSuffix(again, "/")) {
			t.Fatalf("%q was read as %q", raw, again)
		}
		if got, ok := s.Parse(again); !ok || got != ref {
			t.Fatalf("%q is not %q", again, raw)
		}
	})
}
