package twilio_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
)

// web answers requests by their URL, and notes how they came.
type web struct {
	answers map[string]http.Response
	asked   []string
}

// way is one of the transports that a channel has.
type way struct {
	*web
	name string
}

func (w way) RoundTrip(r *http.Request) (*http.Response, error) {
	auth := ""
	if a := r.Header.Get("Authorization"); a != "" {
		auth = " with " + a
	}
	w.asked = append(w.asked, w.name+" "+r.URL.String()+auth)
	res, ok := w.answers[r.URL.String()]
	if !ok {
		return nil, errors.New("no route to host")
	}
	if res.Header == nil {
		res.Header = http.Header{}
	}
	if res.Body == nil {
		res.Body = io.NopCloser(strings.NewReader("jpeg"))
	}
	return &res, nil
}

func TestFetch(t *testing.T) {
	t.Parallel()
	credential := " with Basic " + base64.StdEncoding.EncodeToString([]byte(account+":"+token))
	to := func(url string) http.Response {
		return http.Response{StatusCode: 307, Header: http.Header{"Location": {url}}}
	}
	file := http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"image/jpeg"}}, ContentLength: 4}
	const api, cdn = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", "https://mms.twiliocdn.com/AC1/f?Signature=x"
	for _, tt := range []struct {
		name    string
		base    string
		url     string
		answers map[string]http.Response
		asked   []string
		kind    heliograph.Kind // of the failure
		fails   bool
	}{
		{name: "through its store, which gets no credential", url: api, answers: map[string]http.Response{api: to(cdn), cdn: file}, asked: []string{"open " + api + credential, "guarded " + cdn}},
		{name: "from another region", url: strings.Replace(api, "api.", "api.dublin.ie1.", 1), answers: map[string]http.Response{strings.Replace(api, "api.", "api.dublin.ie1.", 1): file}, asked: []string{"open " + strings.Replace(api, "api.", "api.dublin.ie1.", 1) + credential}},
		{name: "from elsewhere", url: cdn, answers: map[string]http.Response{cdn: file}, asked: []string{"guarded " + cdn}},
		{name: "in clear text", url: strings.Replace(api, "https", "http", 1), answers: map[string]http.Response{strings.Replace(api, "https", "http", 1): file}, asked: []string{"guarded " + strings.Replace(api, "https", "http", 1)}},
		{name: "from a look-alike", url: "https://api.twilio.com.evil.test/x", answers: map[string]http.Response{"https://api.twilio.com.evil.test/x": file}, asked: []string{"guarded https://api.twilio.com.evil.test/x"}},
		{name: "from where the operator has it", base: "http://127.0.0.1:8090", url: "http://127.0.0.1:8090/f", answers: map[string]http.Response{"http://127.0.0.1:8090/f": file}, asked: []string{"open http://127.0.0.1:8090/f" + credential}},
		{name: "the real one is not where the operator has it", base: "http://127.0.0.1:8090", url: api, answers: map[string]http.Response{api: file}, asked: []string{"guarded " + api}},
		{name: "gone", url: api, answers: map[string]http.Response{api: {StatusCode: 404}}, asked: []string{"open " + api + credential}, fails: true, kind: heliograph.NotFound},
		{name: "refused", url: api, answers: map[string]http.Response{api: {StatusCode: 401}}, asked: []string{"open " + api + credential}, fails: true, kind: heliograph.Unavailable},
		{name: "in a circle", url: cdn, answers: map[string]http.Response{cdn: to(cdn)}, asked: []string{"guarded " + cdn, "guarded " + cdn, "guarded " + cdn}, fails: true, kind: heliograph.Unavailable},
		{name: "out of reach", url: api, asked: []string{"open " + api + credential}, fails: true},
		{name: "from a file of ours", url: "file:///etc/passwd", fails: true, kind: heliograph.NotFound},
		{name: "to a file of ours", url: cdn, answers: map[string]http.Response{cdn: to("file:///etc/passwd")}, asked: []string{"guarded " + cdn}, fails: true, kind: heliograph.NotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &web{answers: tt.answers}
			if tt.base == "" {
				tt.base = "https://api.twilio.com"
			}
			ch := open(t, channel.Deps{HTTP: way{w, "open"}, Guarded: way{w, "guarded"}, BaseURL: tt.base, Clock: time.Now}, nil)
			blob, err := ch.(channel.Fetcher).Fetch(t.Context(), &channel.Media{URL: tt.url})
			if strings.Join(w.asked, "\n") != strings.Join(tt.asked, "\n") {
				t.Errorf("asked %q, want %q", w.asked, tt.asked)
			}
			if tt.fails {
				if err == nil || tt.kind != 0 && !heliograph.IsKind(err, tt.kind) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if body, _ := io.ReadAll(blob.Body); string(body) != "jpeg" || blob.Type != "image/jpeg" || blob.Size != 4 {
				t.Errorf("%q, %+v", body, blob)
			}
		})
	}
}
