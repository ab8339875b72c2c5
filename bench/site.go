package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/valyala/fasthttp"
)

// site is a server with an app, an integration and a webhook, and what stands
// around it.
type site struct {
	b    *bench
	dir  string
	prog *program
	prov *provider
	sink *sink
	hook *door // the app's webhook

	account     string // an account key, as an Authorization header
	app         string
	auth        string // the app's key, as an Authorization header
	integration string
	database    *pgDatabase // nil: SQLite
	run         int64       // makes idempotency keys unique over loads
	started     time.Duration
}

// siteOptions say what is special about a site.
type siteOptions struct {
	postgres bool
	args     []string // of the server
	triggers []string
}

// deliveryTriggers is what J1's receiver wants to be told of.
var deliveryTriggers = []string{"notification:delivery:channel", "notification:delivery:failure"}

// newSite starts a server on an empty database and sets it up through its API.
func (b *bench) newSite(o siteOptions) (_ *site, err error) {
	s := &site{b: b}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.dir, err = os.MkdirTemp("", "heliograph-bench."); err != nil {
		return nil, err
	}
	if s.prov, err = newProvider(); err != nil {
		return nil, err
	}
	if s.sink, err = newSink(); err != nil {
		return nil, err
	}
	if o.postgres {
		if s.database, err = newPgDatabase(b.ctx, b.pg); err != nil {
			return nil, err
		}
	}
	args := append(append(s.storage(), "--provider-url=twilio="+s.prov.url()), o.args...)
	if s.prog, err = newProgram(b.bin, args...); err != nil {
		return nil, err
	}
	if s.started, err = s.prog.start(b.ctx); err != nil {
		return nil, err
	}
	return s, s.prepare(o)
}

// storage is the flags that say where the data is.
func (s *site) storage() []string {
	flags := []string{"--data=" + filepath.Join(s.dir, "data")}
	if s.database != nil {
		flags = append(flags, "--database-url="+s.database.url)
	}
	return flags
}

func (s *site) close() {
	if s.prog != nil {
		s.prog.kill()
	}
	if s.prov != nil {
		s.prov.close()
	}
	if s.sink != nil {
		s.sink.close()
	}
	if s.database != nil {
		s.database.drop()
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// prepare makes the key, the app, the integration and the webhook.
func (s *site) prepare(o siteOptions) error {
	cmd := exec.CommandContext(s.b.ctx, s.b.bin, append([]string{"keys", "create", "--scope=account", "--json"}, s.storage()...)...)
	cmd.Env = cleanEnv()
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("keys create: %w", err)
	}
	var key struct{ KeyID, Secret string }
	if err := json.Unmarshal(out, &key); err != nil {
		return err
	}
	s.account = basic(key.KeyID, key.Secret)
	if s.app, s.auth, err = s.newApp("bench"); err != nil {
		return err
	}
	if s.integration, err = s.newIntegration(s.app, s.auth, 1); err != nil {
		return err
	}
	s.hook = s.sink.door("/app")
	if o.triggers == nil {
		o.triggers = deliveryTriggers
	}
	return s.newWebhook(s.app, s.auth, s.hook, o.triggers)
}

func basic(user, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

// newApp makes an app and returns its id and how to authenticate.
func (s *site) newApp(name string) (id, auth string, err error) {
	var app struct {
		App struct {
			ID string `json:"_id"`
		}
	}
	if err := s.call(s.account, http.MethodPost, "/v1.1/apps", map[string]any{"name": name}, &app); err != nil {
		return "", "", err
	}
	var made struct {
		Key struct {
			ID     string `json:"_id"`
			Secret string
		}
	}
	if err := s.call(s.account, http.MethodPost, "/v1.1/apps/"+app.App.ID+"/keys", map[string]any{"name": "bench"}, &made); err != nil {
		return "", "", err
	}
	if !s.b.jwt {
		return app.App.ID, basic(made.Key.ID, made.Key.Secret), nil
	}
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"scope": "app"})
	token.Header["kid"] = made.Key.ID
	text, err := token.SignedString([]byte(made.Key.Secret))
	return app.App.ID, "Bearer " + text, err
}

func (s *site) newIntegration(app, auth string, n int) (string, error) {
	var made struct {
		Integration struct {
			ID string `json:"_id"`
		}
	}
	err := s.call(auth, http.MethodPost, "/v1.1/apps/"+app+"/integrations", map[string]any{
		"type": "twilio", "accountSid": accountSID, "authToken": authToken, "phoneNumberSid": fmt.Sprintf("PN%032x", n),
	}, &made)
	return made.Integration.ID, err
}

func (s *site) newWebhook(app, auth string, d *door, triggers []string) error {
	return s.call(auth, http.MethodPost, "/v1.1/apps/"+app+"/webhooks", map[string]any{"target": d.url, "triggers": triggers}, nil)
}

// call makes one call of the API.
func (s *site) call(auth, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(s.b.ctx, time.Minute)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.prog.addr+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", auth)
	req.Header.Set("Content-Type", "application/json")
	text, err := answer(req)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// answer makes a call and returns the body of its answer.
func answer(req *http.Request) ([]byte, error) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s %s", req.Method, req.URL, res.Status, text)
	}
	return text, err
}

// phone is the n-th recipient.
func phone(n int64) string { return "+1555" + fmt.Sprintf("%07d", n%10_000_000) }

// recipient is whom the n-th notification goes to: they come back in an order
// that looks random.
func recipient(n, users int64) int64 { return int64(uint64(n)*0x9e3779b97f4a7c15>>1) % users }

// post is what a load of notifications is made of.
type post struct {
	app, auth   string
	integration func(n int64) string
	text        func(n int64) string // nil: plainText
	users       int64
	category    string
}

// plainText is what a parcel service writes.
func plainText(int64) string {
	return "Your parcel is on its way and arrives today between 2 and 4 pm."
}

// notifications returns a load that posts notifications to this site.
func (s *site) notifications(p post) *load {
	s.run++
	run := strconv.FormatInt(s.run, 10)
	if p.app == "" {
		p.app, p.auth = s.app, s.auth
	}
	if p.integration == nil {
		p.integration = func(int64) string { return s.integration }
	}
	if p.text == nil {
		p.text = plainText
	}
	if p.users == 0 {
		p.users = int64(s.b.users)
	}
	more := ""
	if p.category != "" {
		more = `,"category":"` + p.category + `"`
	}
	uri := "http://" + s.prog.addr + "/v1.1/apps/" + p.app + "/notifications"
	return &load{addr: s.prog.addr, conns: s.b.conns, fill: func(_ int, n int64, req *fasthttp.Request) {
		req.Header.Set("Idempotency-Key", "order-"+run+"-"+strconv.FormatInt(n, 10))
		user := recipient(n, p.users)
		s.json(req, uri, p.auth, `{"destination":{"integrationId":"`+p.integration(n)+`","destinationId":"`+phone(user)+
			`"},"author":{"role":"appMaker"},"message":{"type":"text","text":"`+p.text(n)+`"}`+more+`}`)
	}}
}

// drain waits until done has reached want.
func drain(ctx context.Context, most time.Duration, done func() int64, want int64) error {
	deadline := time.Now().Add(most)
	for done() < want {
		if time.Now().After(deadline) {
			return fmt.Errorf("only %d of %d ended within %v", done(), want, most)
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

var errNoPostgres = errors.New("HELIOGRAPH_TEST_PG is not set: run it through scripts/postgres.sh --durable")

// fetch gets what a URL gives.
func fetch(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return answer(req)
}
