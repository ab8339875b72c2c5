package crashtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"heliograph/internal/testkit"
)

// API is how callers and the provider reach the program.
type API struct {
	t              testing.TB
	user, password string
	base           string // of the app's paths
	Integration    string
	Number         string // the integration's own

	programs []*testkit.Program
	turn     atomic.Uint64
	http     *http.Client
}

func newAPI(t testing.TB, programs []*testkit.Program) *API {
	tr := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(tr.CloseIdleConnections)
	return &API{t: t, programs: programs, http: &http.Client{Transport: tr, Timeout: 10 * time.Second}}
}

// Call makes one call of the next process. An error means that there was no
// whole answer.
func (a *API) Call(method, path string, in any, header http.Header) (status int, body []byte, err error) {
	var data []byte
	if in != nil {
		if data, err = json.Marshal(in); err != nil {
			return 0, nil, err
		}
	}
	p := a.programs[int(a.turn.Add(1))%len(a.programs)]
	req, err := http.NewRequest(method, p.URL(path), bytes.NewReader(data))
	if err != nil {
		return 0, nil, err
	}
	maps.Copy(req.Header, header)
	req.SetBasicAuth(a.user, a.password)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := a.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	return res.StatusCode, body, err
}

// Must makes a call that must succeed, and reads its answer.
func (a *API) Must(method, path string, in, out any) {
	a.t.Helper()
	status, body, err := a.Call(method, path, in, nil)
	if err == nil && status > 299 {
		err = fmt.Errorf("it answered %d: %s", status, body)
	}
	if err == nil && out != nil {
		err = json.Unmarshal(body, out)
	}
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// notification is the body of one.
func (a *API) notification(to, text string) map[string]any {
	return map[string]any{
		"destination": map[string]string{"integrationId": a.Integration, "destinationId": to},
		"author":      map[string]string{"role": "appMaker"},
		"message":     map[string]string{"type": "text", "text": text},
	}
}

// Send has one notification accepted, and returns its id.
func (a *API) Send(to, text string, more ...map[string]any) string {
	a.t.Helper()
	in := a.notification(to, text)
	for _, m := range more {
		maps.Copy(in, m)
	}
	var out accepted
	a.Must(http.MethodPost, a.base+"/notifications", in, &out)
	return out.Notification.ID
}

type accepted struct {
	Notification struct {
		ID string `json:"_id"`
	}
}

// Insist sends one notification as a careful caller does: with an
// Idempotency-Key, again and again until there is an answer.
func (a *API) Insist(to, text, key string) (id string, tries int, err error) {
	header := http.Header{"Idempotency-Key": {key}}
	for end := time.Now().Add(4 * testkit.Deadline); ; pass(20 * time.Millisecond) {
		tries++
		status, body, err := a.Call(http.MethodPost, a.base+"/notifications", a.notification(to, text), header)
		switch {
		case err == nil && status == http.StatusCreated:
			var out accepted
			err := json.Unmarshal(body, &out)
			return out.Notification.ID, tries, err
		case time.Now().After(end):
			return "", tries, fmt.Errorf("%s has no answer: %d %s %v", key, status, body, err)
		case err != nil || status >= 500 || status == http.StatusTooManyRequests || strings.Contains(string(body), "idempotency_in_progress"):
		default:
			return "", tries, fmt.Errorf("%s was answered %d: %s", key, status, body)
		}
	}
}

// Notification is what the API says of one.
type Notification struct {
	ID          string `json:"_id"`
	Status      string
	Attempts    int
	Resent      bool
	NextAt      string `json:"nextAttemptAt"`
	Error       *struct{ Code, Message string }
	AttemptList []struct {
		Number  int
		Outcome string
	}
}

// Get returns one notification.
func (a *API) Get(id string) (n Notification) {
	a.t.Helper()
	var out struct{ Notification Notification }
	a.Must(http.MethodGet, a.base+"/notifications/"+id, nil, &out)
	return out.Notification
}

// List returns every notification by its id.
func (a *API) List() map[string]Notification {
	a.t.Helper()
	all := map[string]Notification{}
	for cursor := ""; ; {
		var page struct {
			Notifications []Notification
			NextCursor    string
		}
		a.Must(http.MethodGet, a.base+"/notifications?limit=100&cursor="+url.QueryEscape(cursor), nil, &page)
		for _, n := range page.Notifications {
			if _, twice := all[n.ID]; twice {
				a.t.Errorf("%s is listed twice", n.ID)
			}
			all[n.ID] = n
		}
		if cursor = page.NextCursor; cursor == "" {
			return all
		}
	}
}

// Why returns the sentences of a notification's story.
func (a *API) Why(id string) (text string) {
	a.t.Helper()
	var out struct{ Steps []struct{ Text string } }
	a.Must(http.MethodGet, a.base+"/notifications/"+id+"/why", nil, &out)
	for _, s := range out.Steps {
		text += s.Text + "\n"
	}
	return text
}

// sign is X-Twilio-Signature of a form.
func sign(target string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(target))
	for _, name := range slices.Sorted(maps.Keys(form)) {
		mac.Write([]byte(name + form.Get(name)))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// tell posts a form that the provider signed, and returns the status; 0 when
// there was no answer.
func tell(client *http.Client, target, signature string, form url.Values) int {
	req, err := http.NewRequest(http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", signature)
	res, err := client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0
	}
	return res.StatusCode
}

// exchange makes one JSON call.
func exchange(t testing.TB, method, target string, in, out any, header http.Header) error {
	t.Helper()
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, target, bytes.NewReader(data))
	if err != nil {
		return err
	}
	maps.Copy(req.Header, header)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode > 299 {
		err = fmt.Errorf("%s %s answered %d: %s", method, target, res.StatusCode, body)
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(body, out)
}
