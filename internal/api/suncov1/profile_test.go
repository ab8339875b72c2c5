package suncov1_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// upload sends a file as a form does.
func (w *world) upload(authorization, path, field string, file []byte) *answer {
	w.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	w.must(form.WriteField("note", "before it"))
	part, err := form.CreateFormFile(field, "logo.png")
	w.must(err)
	_, err = part.Write(file)
	w.must(err)
	w.must(form.Close())
	r := httptest.NewRequest(http.MethodPut, path, &body)
	r.Header.Set("Authorization", authorization)
	r.Header.Set("Content-Type", form.FormDataContentType())
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return &answer{rec, w.T}
}

func TestSenderProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own, id := basic(w.key), w.pigeonPost()
	for _, path := range []string{"/v1.1/integrations/" + id + "/profile", w.integrationsPath() + "/" + id + "/profile"} {
		got := w.call(own, "GET", path, nil).want(200)
		if sites := dig(t, got, "profile", "websites").([]any); len(sites) != 1 {
			t.Errorf("%v", got)
		}
	}
	path := "/v1.1/integrations/" + id + "/profile"
	if got := w.call(own, "PUT", path, `{"about":"`+strings.Repeat("é", 139)+`","unknown":1}`).want(200); dig(t, got, "profile", "about") != strings.Repeat("é", 139) {
		t.Errorf("%v", got)
	}
	long := func(n int) string { return strings.Repeat("x", n+1) }
	for body, field := range map[string]string{
		`{"about":"` + long(139) + `"}`:                                              "about",
		`{"address":"` + long(256) + `"}`:                                            "address",
		`{"description":"` + long(256) + `"}`:                                        "description",
		`{"email":"` + long(128) + `"}`:                                              "email",
		`{"vertical":"` + long(128) + `"}`:                                           "vertical",
		`{"websites":["https://a.example","https://b.example","https://c.example"]}`: "websites",
		`{"websites":["https://a.example/` + long(256) + `"]}`:                       "websites",
		`{"websites":["shop"]}`:                                                      "websites",
		`{"websites":"shop"}`:                                                        "websites",
	} {
		got := w.call(own, "PUT", path, body).want(400, "bad_request")
		if text := dig(t, got, "error", "description").(string); !strings.HasPrefix(text, field+" ") {
			t.Errorf("%.60s: %s", body, text)
		}
	}
	w.call(own, "GET", strings.Replace(path, id, w.app.ID.String(), 1), nil).want(404, "integration_not_found")

	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 100)...)
	got := w.upload(own, path+"/photo", "source", png).want(200)
	if got["photoUrl"] != "https://loft.example/logo.png?type=image/png&size=108&read=108" {
		t.Errorf("%v", got)
	}
	w.upload(own, path+"/photo", "file", png).want(400, "bad_request")
	w.upload(own, path+"/photo", "source", nil).want(400, "bad_request")
	w.upload(own, path+"/photo", "source", []byte("GIF89a")).want(400, "bad_request")
	w.upload(own, path+"/photo", "source", append(png, make([]byte, maxPhoto)...)).want(413, "payload_too_large")
	w.upload(own, strings.Replace(path, id, w.app.ID.String(), 1)+"/photo", "source", png).want(404, "integration_not_found")
	for body, says := range map[string]string{"[object FormData]": "global.FormData", "{}": "multipart/form-data", "": "multipart/form-data"} {
		got := w.call(own, "PUT", path+"/photo", body).want(400, "bad_request")
		if text := dig(t, got, "error", "description").(string); !strings.Contains(text, says) {
			t.Errorf("%q: %s", body, text)
		}
	}
}

const maxPhoto = 5 << 20

// TestNoProfile: most senders have none.
func TestNoProfile(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("Plain")
	path := "/v1.1/integrations/" + a.values["integrationId"] + "/profile"
	for _, method := range []string{"GET", "PUT"} {
		rec := p.do(basic(a.key), method, path, `{"about":"x"}`)
		if rec.Code != 400 || !strings.Contains(rec.Body.String(), `integrationId names an integration of type twilio, which has no profile`) {
			t.Errorf("%s: %d %s", method, rec.Code, rec.Body)
		}
	}
}

// TestWhatToUseInstead: what is left out says what there is.
func TestWhatToUseInstead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for path, says := range map[string]string{
		"/v1.1/stripe/account":                               "link action",
		"/v1.1/appusers/x/stripe/customer":                   "link action",
		"/v1.1/appusers/x/integrations/viber/qrcode":         "linkrequest",
		"/v1.1/whatsapp/deployments":                         "Cloud API",
		"/sc/v1.1/whatsapp/deployments/5f3c1e7ab2c4d5e6f7a8": "Cloud API",
	} {
		got := w.call(basic(w.key), "GET", path, nil).want(501, "not_implemented")
		if text := dig(t, got, "error", "description").(string); !strings.Contains(text, says) {
			t.Errorf("%s: %s", path, text)
		}
	}
}
