package whatsapp_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
)

const (
	profile     = version + "/" + number + "/whatsapp_business_profile"
	readProfile = "GET " + profile + "?fields=about,address,description,email,profile_picture_url,websites,vertical"
)

func TestProfile(t *testing.T) {
	t.Parallel()
	g := newGraph(t, map[string]string{
		readProfile:       `200 {"data":[{"about":"Open daily","vertical":"RETAIL","websites":["https://shop.example.test/"],"profile_picture_url":"https://pps.example.test/1","messaging_product":"whatsapp"}]}`,
		"POST " + profile: `200 {"success":true}`,
	})
	profiler := opened(t, nil, g.URL, nil).(channel.Profiler)
	about, vertical, empty := "Open daily", "RETAIL", ""
	got, err := profiler.Profile(t.Context())
	want := &channel.Profile{About: &about, Vertical: &vertical, Websites: []string{"https://shop.example.test/"}, PhotoURL: "https://pps.example.test/1"}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if err := profiler.SetProfile(t.Context(), &channel.Profile{About: &about, Email: &empty, Websites: []string{}}); err != nil {
		t.Error(err)
	}
	if want := `{"about":"Open daily","email":"","messaging_product":"whatsapp","websites":[]}`; g.bodies[1] != want {
		t.Error(g.bodies[1])
	}
}

func TestPhoto(t *testing.T) {
	t.Parallel()
	const png = "\x89PNG\r\n\x1a\n0000"
	g := newGraph(t, map[string]string{
		"POST " + version + "/77/uploads?file_length=12&file_name=photo&file_type=image%2Fpng": `200 {"id":"upload:MTpzig+a/b==?sig=ARZ"}`,
		"POST " + version + "/upload:MTpzig+a/b==?sig=ARZ":                                     `200 {"h":"4::aW1h"}`,
		"POST " + profile: `200 {"success":true}`,
		readProfile:       `200 {"data":[{"profile_picture_url":"https://pps.example.test/2"}]}`,
	})
	profiler := opened(t, map[string]any{"appId": "77"}, g.URL, nil).(channel.Profiler)
	link, err := profiler.SetPhoto(t.Context(), blob(png, ""))
	if err != nil || link != "https://pps.example.test/2" {
		t.Fatalf("%q, %v", link, err)
	}
	if g.bodies[1] != png || g.header[1].Get("file_offset") != "0" || g.header[1].Get("Authorization") != "OAuth "+token {
		t.Errorf("%q, %v", g.bodies[1], g.header[1])
	}
	if want := `{"messaging_product":"whatsapp","profile_picture_handle":"4::aW1h"}`; g.bodies[2] != want {
		t.Error(g.bodies[2])
	}
	for name, photo := range map[string]*channel.Blob{
		"nothing": blob("", "image/png"), "no picture": blob("GIF89a", "image/gif"), "too large": blob(strings.Repeat("x", 5<<20+1), "image/png"),
	} {
		if _, err := profiler.SetPhoto(t.Context(), photo); !heliograph.IsKind(err, heliograph.Invalid) && !heliograph.IsKind(err, heliograph.TooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := opened(t, nil, g.URL, nil).(channel.Profiler).SetPhoto(t.Context(), blob(png, "")); !heliograph.IsKind(err, heliograph.Invalid) || !strings.Contains(err.Error(), "appId") {
		t.Error(err)
	}
}
