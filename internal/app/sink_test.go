package app

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func sinkRig(t *testing.T) (url string, lines *[]string) {
	t.Helper()
	lines = new([]string)
	s := newSink(func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }, func(l string) { *lines = append(*lines, l) })
	mux := http.NewServeMux()
	s.routes(mux)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL, lines
}

func tell(t *testing.T, url, event, body string) int {
	t.Helper()
	req, err := http.NewRequest("POST", url+"/webhooks", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Event-Id", event)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

func TestSinkTellsOnce(t *testing.T) {
	t.Parallel()
	url, lines := sinkRig(t)
	const answer = `{"trigger":"message:appUser","messages":[{"type":"text","text":"YES"}],"recentNotifications":[{"text":"Your parcel is on its way"}]}`
	for range 2 {
		if code := tell(t, url, "e1", answer); code != 200 {
			t.Fatalf("status %d", code)
		}
	}
	want := `03:04:05  message:appUser                "YES"  with 1 recent notification, the latest: "Your parcel is on its way"`
	if len(*lines) != 1 || (*lines)[0] != want {
		t.Errorf("got %q, want %q", *lines, want)
	}
	if code := tell(t, url, "e2", "no json"); code != 400 {
		t.Errorf("a broken body: %d", code)
	}
}

func TestSinkLine(t *testing.T) {
	t.Parallel()
	_, line := summary([]byte(`{"trigger":"notification:delivery:failure","notification":{"_id":"n1"},"destination":{"type":"twilio","destinationId":"+15550100001"},"isFinalEvent":true,"error":{"code":"blocked","message":"no"}}`))
	if want := "notification:delivery:failure  n1  twilio +15550100001  blocked: no  (final)"; line != want {
		t.Errorf("got %q, want %q", line, want)
	}
}

func TestSinkStream(t *testing.T) {
	t.Parallel()
	url, _ := sinkRig(t)
	tell(t, url, "e1", `{"trigger":"first"}`)
	res, err := http.Get(url + "/webhooks/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	tell(t, url, "e2", `{"trigger":"second"}`)
	in := bufio.NewScanner(res.Body)
	for _, want := range []string{`"trigger":"first"`, `"trigger":"second"`} {
		for in.Scan() && !strings.HasPrefix(in.Text(), "data:") {
		}
		if !strings.Contains(in.Text(), want) {
			t.Errorf("got %q, want %s", in.Text(), want)
		}
	}
}
