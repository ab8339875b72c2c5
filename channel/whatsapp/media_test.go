package whatsapp_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

const mediaPath = "POST " + version + "/" + number + "/media"

func photo(link string) *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: channeltest.Delivery, Attempt: 1, Address: theirs,
		Content: &heliograph.Content{Type: heliograph.ImageMessage, MediaURL: link, MediaType: "image/png", AltText: "a.png", Text: "Look"},
	}
}

// Where Meta could not fetch a file of ours, it is handed over first.
func TestUpload(t *testing.T) {
	t.Parallel()
	g := newGraph(t, map[string]string{mediaPath: `200 {"id":"4490709327384033"}`, "POST " + send: "200 " + success})
	const link = "http://127.0.0.1:8080/media/1"
	ch := opened(t, nil, g.URL, func(_ context.Context, url string) (*channel.Blob, error) {
		if url != link {
			return nil, errors.New("another URL")
		}
		return blob("PNG", "image/png"), nil
	})
	out := photo(link)
	if r := ch.Send(t.Context(), out); r.Class != channel.ClassAccepted || len(g.asked) != 2 {
		t.Fatalf("%+v after %v", r, g.asked)
	}
	if out.Content.MediaURL != link {
		t.Error("the content was changed")
	}
	_, params, err := mime.ParseMediaType(g.header[0].Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	form, err := multipart.NewReader(strings.NewReader(g.bodies[0]), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	file := form.File["file"][0]
	if form.Value["messaging_product"][0] != "whatsapp" || form.Value["type"][0] != "image/png" ||
		file.Filename != "a.png" || file.Header.Get("Content-Type") != "image/png" || file.Size != 3 {
		t.Errorf("%+v, %+v", form.Value, file)
	}
	var sent struct{ Image map[string]string }
	if err := json.Unmarshal([]byte(g.bodies[1]), &sent); err != nil || fmt.Sprint(sent.Image) != "map[caption:Look id:4490709327384033]" {
		t.Errorf("%s", g.bodies[1])
	}
	if g.header[0].Get("Authorization") != "Bearer "+token {
		t.Error("the upload has no token")
	}
}

// A message in WhatsApp's own form has its files wherever it likes.
func TestUploadNative(t *testing.T) {
	t.Parallel()
	const ours, elsewhere = "http://127.0.0.1:8080/media/1", "https://cdn.example.test/1"
	files := func(_ context.Context, url string) (*channel.Blob, error) {
		if url != ours {
			return nil, errors.New("another URL")
		}
		return blob("PNG", "image/png"), nil
	}
	for name, tc := range map[string]struct {
		native  string
		uploads int
	}{
		"a picture":                {`{"type":"image","image":{"link":"` + ours + `"}}`, 1},
		"the header of a template": {`{"type":"template","template":{"name":"a","language":{"code":"en"},"components":[{"type":"header","parameters":[{"type":"image","image":{"link":"` + ours + `"}}]}]}}`, 1},
		"the cards of a template": {`{"type":"template","template":{"name":"a","language":{"code":"en"},"components":[{"type":"carousel","cards":[` +
			`{"card_index":0,"components":[{"type":"header","parameters":[{"type":"image","image":{"link":"` + ours + `"}}]}]},` +
			`{"card_index":1,"components":[{"type":"header","parameters":[{"type":"video","video":{"link":"` + ours + `"}}]}]}]}]}}`, 2},
		"the header of buttons":   {`{"type":"interactive","interactive":{"type":"button","header":{"type":"document","document":{"link":"` + ours + `"}},"body":{"text":"b"},"action":{"buttons":[]}}}`, 1},
		"what Meta fetches":       {`{"type":"image","image":{"link":"` + elsewhere + `"}}`, 0},
		"no file, but called so":  {`{"type":"template","template":{"name":"a","link":"` + ours + `","components":[{"type":"text","text":{"link":"` + ours + `"}}]}}`, 0},
		"nothing that can be one": {`{"type":"image","image":{"link":7}}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, map[string]string{mediaPath: `200 {"id":"4490709327384033"}`, "POST " + send: "200 " + success})
			out := photo("")
			out.Content = &heliograph.Content{Type: heliograph.TextMessage, Native: &heliograph.Native{Schema: "whatsapp", Message: json.RawMessage(tc.native)}}
			r := opened(t, nil, g.URL, files).Send(t.Context(), out)
			if r.Class != channel.ClassAccepted || len(g.asked) != tc.uploads+1 {
				t.Fatalf("%+v after %v", r, g.asked)
			}
			last := g.bodies[len(g.bodies)-1]
			if strings.Count(last, `"id":"4490709327384033"`) != tc.uploads || tc.uploads > 0 && strings.Contains(last, ours) {
				t.Error(last)
			}
		})
	}
}

func TestUploadOnlyWhatIsOurs(t *testing.T) {
	t.Parallel()
	g := newGraph(t, map[string]string{"POST " + send: "200 " + success})
	notOurs := func(context.Context, string) (*channel.Blob, error) {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "not ours")
	}
	never := func(_ context.Context, url string) (*channel.Blob, error) {
		t.Errorf("%s was opened", url)
		return nil, errors.New("no")
	}
	for _, link := range []string{"http://localhost/1", "http://10.0.0.7/1", "http://[::1]:80/1", "http://box/1", "http://box.local/1"} {
		if r := opened(t, nil, g.URL, notOurs).Send(t.Context(), photo(link)); r.Class != channel.ClassAccepted {
			t.Errorf("%s: %+v", link, r)
		}
	}
	for _, link := range []string{"https://cdn.example.test/1", "http://8.8.8.8/1", "https://[2001:4860::1]/1"} {
		if r := opened(t, nil, g.URL, never).Send(t.Context(), photo(link)); r.Class != channel.ClassAccepted {
			t.Errorf("%s: %+v", link, r)
		}
	}
	for _, body := range g.bodies {
		if !strings.Contains(body, `"link":"http`) {
			t.Error(body)
		}
	}
}

// Nothing is sent by an upload, so that whatever becomes of it may be repeated.
func TestUploadFails(t *testing.T) {
	t.Parallel()
	good := func(context.Context, string) (*channel.Blob, error) { return blob("PNG", "image/png"), nil }
	tests := []struct {
		name, answer string
		media        files
		want         channel.Class
		reason       string
	}{
		{"500", "500 oops", good, channel.ClassRetry, heliograph.ReasonTimeout},
		{"an answer without an id", "200 {}", good, channel.ClassRetry, heliograph.ReasonTimeout},
		{"131000", `500 {"error":{"code":131000}}`, good, channel.ClassRetry, heliograph.ReasonTimeout},
		{"a token that is refused", `401 {"error":{"code":190}}`, good, channel.ClassPause, heliograph.ReasonUnauthorized},
		{"131053", `400 {"error":{"code":131053}}`, good, channel.ClassFinal, heliograph.ReasonUnsupportedMessage},
		{"ours is away", "", func(context.Context, string) (*channel.Blob, error) { return nil, errors.New("disk") }, channel.ClassRetry, heliograph.ReasonTimeout},
		{"larger than it said", "", func(context.Context, string) (*channel.Blob, error) {
			return blob(strings.Repeat("x", 5<<20+1), "image/png"), nil
		}, channel.ClassFinal, heliograph.ReasonContentTooLong},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, map[string]string{mediaPath: tc.answer})
			r := opened(t, nil, g.URL, tc.media).Send(t.Context(), photo("http://127.0.0.1/1"))
			if r.Class != tc.want || r.Reason != tc.reason || r.Message == "" {
				t.Errorf("%+v", r)
			}
		})
	}
}

const mediaID = "1003383421387256"

func TestFetch(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("the file"))
	inHex, in64 := hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(sum[:])
	const place = "GET " + version + "/" + mediaID + "?phone_number_id=" + number
	at := func(hash string) string {
		return `200 {"url":"{base}/file?mid=1","mime_type":"image/png","sha256":"` + hash + `","file_size":8,"id":"` + mediaID + `"}`
	}
	tests := []struct {
		name, place, file string
		announced         string
		kind              heliograph.Kind // of the error of Fetch; Internal: none
		broken            bool            // reading ends with an error
	}{
		{"a file", at(inHex), "200 the file", inHex, heliograph.Internal, false},
		{"a hash in Base64", at(in64), "200 the file", "", heliograph.Internal, false},
		{"no hash", at(""), "200 the file", "", heliograph.Internal, false},
		{"another file than the message's", at(""), "200 the fake", inHex, heliograph.Internal, true},
		{"another file than announced", at(inHex), "200 the fake", "", heliograph.Internal, true},
		{"cut short", at(inHex), "200 the fil", "", heliograph.Internal, true},
		{"expired", `400 {"error":{"code":100,"error_subcode":33,"message":"Object does not exist"}}`, "", "", heliograph.NotFound, false},
		{"gone", "404 {}", "", "", heliograph.NotFound, false},
		{"throttled", `429 {"error":{"code":4}}`, "", "", heliograph.Unavailable, false},
		{"the token is refused", `401 {"error":{"code":190}}`, "", "", heliograph.Unavailable, false},
		{"an answer without a place", "200 {}", "", "", heliograph.Unavailable, false},
		{"the place has expired", at(""), "404 gone", "", heliograph.NotFound, false},
		{"the place is down", at(""), "503 later", "", heliograph.Unavailable, false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t, map[string]string{place: tc.place, "GET /file?mid=1": tc.file})
			ch := opened(t, nil, g.URL, nil)
			b, err := ch.(channel.Fetcher).Fetch(t.Context(), &channel.Media{ID: mediaID, Name: "a.png", SHA256: tc.announced})
			if tc.kind != heliograph.Internal {
				if !heliograph.IsKind(err, tc.kind) {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer b.Body.Close()
			got, err := io.ReadAll(b.Body)
			if (err != nil) != tc.broken || !tc.broken && string(got) != "the file" {
				t.Errorf("%q, %v", got, err)
			}
			if b.Type != "image/png" || b.Name != "a.png" {
				t.Errorf("%+v", b)
			}
			for _, h := range g.header {
				if h.Get("Authorization") != "Bearer "+token {
					t.Error("asked without the token")
				}
			}
		})
	}
	// Somebody who listens where the token must not go.
	elsewhere := newGraph(t, map[string]string{"GET /1": "200 the file"})
	lured := newGraph(t, map[string]string{place: `200 {"url":"` + elsewhere.URL + `/1"}`})
	if _, err := opened(t, nil, lured.URL, nil).(channel.Fetcher).Fetch(t.Context(), &channel.Media{ID: mediaID}); !heliograph.IsKind(err, heliograph.Unavailable) || len(elsewhere.asked) > 0 {
		t.Errorf("a place that is not safe: %v, %v", err, elsewhere.header)
	}
	ch := opened(t, nil, "https://graph.example.test", nil)
	for _, id := range []string{"", "../1", "1?x"} {
		if _, err := ch.(channel.Fetcher).Fetch(t.Context(), &channel.Media{ID: id}); !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAct(t *testing.T) {
	t.Parallel()
	g := newGraph(t, map[string]string{"POST " + send: `200 {"success":true}`})
	actor := opened(t, nil, g.URL, nil).(channel.Actor)
	for _, a := range []channel.Activity{channel.Read, channel.TypingStart, channel.TypingStop} {
		if err := actor.Act(t.Context(), theirs, a, wamid); err != nil {
			t.Error(err)
		}
	}
	if err := actor.Act(t.Context(), theirs, channel.Read, ""); err != nil {
		t.Error(err)
	}
	read := `{"message_id":"` + wamid + `","messaging_product":"whatsapp","status":"read"}`
	typing := strings.TrimSuffix(read, "}") + `,"typing_indicator":{"type":"text"}}`
	if len(g.bodies) != 2 || g.bodies[0] != read || g.bodies[1] != typing {
		t.Errorf("%q", g.bodies)
	}
	broken := newGraph(t, map[string]string{"POST " + send: "500 oops"})
	if err := opened(t, nil, broken.URL, nil).(channel.Actor).Act(t.Context(), theirs, channel.Read, wamid); !heliograph.IsKind(err, heliograph.Unavailable) {
		t.Error(err)
	}
}
