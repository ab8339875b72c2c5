package suncov1_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"heliograph"
	"heliograph/internal/app"
	"heliograph/internal/config"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// program is the whole program, built as it is when it serves, but not started:
// it answers calls, and nothing moves by itself, so that every change in its
// database is a call's.
type program struct {
	*testing.T
	handler http.Handler
	db      *sql.DB
	tables  map[string]bool // name -> has app_id
	// versions: the database itself tells whether anything was committed.
	versions bool
	org      heliograph.OrgID
	account  *heliograph.Key // reaches every app
	foreign  *heliograph.Key // an account key of another organization
	numbers  int             // phone numbers given out
}

// newProgram builds a program on SQLite, or on the PostgreSQL at url.
func newProgram(t *testing.T, url string) *program {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	phones, err := app.Simulate(app.SimulateOptions{Listen: "127.0.0.1:0", Log: quiet})
	fatal(t, err)
	t.Cleanup(phones.Stop)
	c := config.Default()
	c.Data, c.Address, c.DatabaseURL = t.TempDir(), "127.0.0.1:0", heliograph.Secret(url)
	c.ProviderURL = map[string]string{"twilio": phones.URL()}
	a, err := app.New(t.Context(), c, "test", slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	fatal(t, err)
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	p := &program{T: t, handler: a.Handler(), tables: map[string]bool{}}
	p.account, err = app.CreateKey(t.Context(), &c.Storage, app.KeyRequest{Scope: "account", Name: "all"}, quiet)
	fatal(t, err)
	p.org = p.account.Org
	p.connect(c)
	p.foreign = p.otherOrg(c)
	return p
}

// onEachDatabase runs a test with a program on SQLite and one on PostgreSQL.
func onEachDatabase(t *testing.T, run func(*program)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": pgtest.URL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newProgram(t, url(t)))
		})
	}
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// connect opens the database for looking at it.
func (p *program) connect(c *config.Config) {
	p.Helper()
	list := `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`
	if c.DatabaseURL != "" {
		cfg, err := pgx.ParseConfig(c.DatabaseURL.Reveal())
		fatal(p.T, err)
		p.db = stdlib.OpenDB(*cfg)
	} else {
		var err error
		p.db, err = sql.Open("sqlite", "file:"+c.SQLiteFile()+"?mode=ro&_pragma=busy_timeout(5000)")
		fatal(p.T, err)
		p.db.SetMaxOpenConns(1) // data_version is a connection's own
		p.versions = true
		list = `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`
	}
	p.Cleanup(func() { _ = p.db.Close() })
	for _, row := range p.query(list) {
		p.tables[row[0]] = p.tables[row[0]] || row[1] == "app_id"
	}
	// What the program keeps of itself is not a tenant's.
	for _, own := range []string{"system", "processes", "leases", "goose_db_version", "sqlite_sequence"} {
		delete(p.tables, own)
	}
	if !p.tables["users"] || !p.tables["messages"] || len(p.tables) < 15 {
		p.Fatalf("these cannot be all tables: %v", p.tables)
	}
}

// otherOrg makes an organization beside the default one, with an account key.
func (p *program) otherOrg(c *config.Config) *heliograph.Key {
	p.Helper()
	ring, _, err := secret.Load(c.MasterKey, c.MasterKeyFile())
	fatal(p.T, err)
	ids := heliograph.NewIDMaker(time.Now, rand.Reader)
	s, err := store.Open(p.Context(), store.Options{URL: c.DatabaseURL.Reveal(), File: c.SQLiteFile(), Seal: ring, IDs: ids, Now: time.Now})
	fatal(p.T, err)
	defer s.Close()
	org := &heliograph.Org{ID: ids.Org(), Name: "Strangers"}
	fatal(p.T, store.Apps{Store: s}.InsertOrg(p.Context(), org))
	k := &heliograph.Key{ID: ids.Key(), Org: org.ID, Scope: heliograph.ScopeAccount, Name: "stranger", Secret: "a-stranger-s-secret"}
	fatal(p.T, store.Keys{Store: s}.Insert(p.Context(), k))
	return k
}

func (p *program) query(q string, args ...any) [][]string {
	p.Helper()
	rows, err := p.db.QueryContext(p.Context(), q, args...)
	fatal(p.T, err)
	defer rows.Close()
	columns, err := rows.Columns()
	fatal(p.T, err)
	var out [][]string
	for rows.Next() {
		cells, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		fatal(p.T, rows.Scan(into...))
		row := make([]string, len(cells))
		for i, c := range cells {
			if b, ok := c.([]byte); ok {
				row[i] = string(b)
				continue
			}
			row[i] = fmt.Sprint(c)
		}
		out = append(out, row)
	}
	fatal(p.T, rows.Err())
	return out
}

// state is everything that is stored, table by table; of one app when it is not zero.
func (p *program) state(of heliograph.AppID) map[string]string {
	p.Helper()
	out := map[string]string{}
	for table, hasApp := range p.tables {
		q, args := "SELECT * FROM "+table, []any{}
		switch {
		case of.IsZero():
		case hasApp:
			q, args = q+" WHERE app_id = $1", []any{of}
		case table == "apps":
			q, args = q+" WHERE id = $1", []any{of}
		default:
			continue
		}
		lines := make([]string, 0, 16)
		for _, row := range p.query(q, args...) {
			lines = append(lines, strings.Join(row, " | "))
		}
		slices.Sort(lines)
		out[table] = strings.Join(lines, "\n")
	}
	return out
}

// mark returns what is different after any change of the database.
func (p *program) mark() string {
	p.Helper()
	if p.versions {
		return p.query("PRAGMA data_version")[0][0]
	}
	// Every row knows which transaction wrote it.
	var each []string
	for table := range p.tables {
		each = append(each, "SELECT '"+table+"', count(*), sum(xmin::text::bigint) FROM "+table)
	}
	slices.Sort(each)
	return fmt.Sprint(p.query(strings.Join(each, " UNION ALL ")))
}

// changes tells what differs between two states.
func changes(before, after map[string]string) []string {
	var out []string
	for table, was := range before {
		if after[table] != was {
			out = append(out, fmt.Sprintf("%s:\n  was %.600s\n  is  %.600s", table, was, after[table]))
		}
	}
	return out
}

// do sends a request as it is.
func (p *program) do(authorization, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	p.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req := httptest.NewRequest(method, "/", r)
	at, err := req.URL.Parse(path)
	if err != nil {
		p.Fatalf("%s: %v", path, err)
	}
	req.URL, req.RequestURI = at, path
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	p.handler.ServeHTTP(rec, req)
	return rec
}

// must is do for calls that prepare a test; it returns a value of the answer.
func (p *program) must(authorization, method, path, body string, dug ...string) string {
	p.Helper()
	rec := p.do(authorization, method, path, body)
	if rec.Code >= 300 {
		p.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
	var v any
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		p.Fatal(err)
	}
	if len(dug) == 0 {
		return ""
	}
	return fmt.Sprint(dig(p.T, v, dug...))
}

// tenancy is an app with one of everything, each with the canary in it.
type tenancy struct {
	id     heliograph.AppID
	key    *heliograph.Key
	canary string
	phone  string
	// service is a service account's key that reaches this app alone.
	service *heliograph.Key
	// values has a value of this app for every parameter that a path can have.
	values map[string]string
	other  string // a second user's external id
}

// settle makes an app with one of everything.
func (p *program) settle(canary string) *tenancy {
	p.Helper()
	t := &tenancy{canary: canary, values: map[string]string{}, other: "al-" + canary}
	account := basic(p.account)
	app := p.must(account, "POST", "/v1.1/apps", `{"name":"`+canary+`","metadata":{"note":"`+canary+`"}}`, "app", "_id")
	fatal(p.T, t.id.UnmarshalText([]byte(app)))
	base := "/v1.1/apps/" + app
	t.values["serviceAccountId"] = p.must(account, "POST", "/v1.1/serviceaccounts", `{"name":"`+canary+`"}`, "serviceAccount", "_id")
	service := "/v1.1/serviceaccounts/" + t.values["serviceAccountId"]
	p.must(account, "PUT", service+"/apps/"+app, "")
	makeKeyAt := func(at, name string) *heliograph.Key {
		rec := p.do(account, "POST", at+"/keys", `{"name":"`+name+canary+`"}`)
		var made struct {
			Key struct {
				ID     string `json:"_id"`
				Secret string
			}
		}
		fatal(p.T, json.Unmarshal(rec.Body.Bytes(), &made))
		id, scope, _ := heliograph.ParseKeyHandle(made.Key.ID)
		return &heliograph.Key{ID: id, Scope: scope, App: t.id, Secret: heliograph.Secret(made.Key.Secret)}
	}
	makeKey := func(name string) *heliograph.Key { return makeKeyAt(base, name) }
	t.service = makeKeyAt(service, "deputy-")
	fatal(p.T, t.service.Service.UnmarshalText([]byte(t.values["serviceAccountId"])))
	t.values["serviceKeyId"] = t.service.Handle()
	t.key = makeKey("main-")
	own := basic(t.key)
	p.numbers++
	t.phone = fmt.Sprintf("+1555010%04d", p.numbers)
	v := t.values
	v["appId"], v["keyId"], v["channel"], v["deploymentId"], v["integrationType"] = app, makeKey("spare-").Handle(), "twilio", "5f3c1e7ab2c4d5e6f7a8b9c0", "twilio"
	v["integrationId"] = p.must(own, "POST", base+"/integrations", fmt.Sprintf(
		`{"type":"twilio","displayName":"%s","accountSid":"AC%032d","authToken":"%032d","phoneNumberSid":"PN%032d"}`, canary, 1, 1, 1), "integration", "_id")
	p.must(own, "POST", base+"/integrations/"+v["integrationId"]+"/pause", `{"reason":"`+canary+`"}`)
	v["userId"] = p.must(own, "POST", "/v1.1/appusers", `{"userId":"jo-`+canary+`","givenName":"`+canary+`"}`, "appUser", "_id")
	v["otherId"] = p.must(own, "POST", "/v1.1/appusers", `{"userId":"`+t.other+`","givenName":"`+canary+`"}`, "appUser", "_id")
	p.must(own, "POST", "/v1.1/appusers/"+v["userId"]+"/channels", `{"type":"twilio","phoneNumber":"`+t.phone+`","confirmation":{"type":"immediate"}}`)
	v["messageId"] = p.must(own, "POST", "/v1.1/appusers/"+v["userId"]+"/messages", `{"role":"appMaker","type":"text","text":"`+canary+`"}`, "message", "_id")
	v["actionId"] = actionOf(p.do(own, "POST", "/v1.1/appusers/"+v["userId"]+"/messages",
		`{"role":"appMaker","type":"text","text":"`+canary+`","actions":[{"type":"postback","text":"Go","payload":"`+canary+`"}]}`))
	v["notificationId"] = p.must(own, "POST", base+"/notifications", p.fill(`{"destination":{"integrationId":"{integrationId}","destinationId":"`+t.phone+`"},
		"author":{"role":"appMaker"},"message":{"type":"text","text":"`+canary+`"}}`, v), "notification", "_id")
	v["webhookId"] = p.must(own, "POST", "/v1.1/webhooks", `{"target":"https://`+strings.ToLower(canary)+`.example/","triggers":["payment:success"]}`, "webhook", "_id")
	v["templateId"] = p.must(own, "POST", "/v1.1/templates", `{"name":"`+canary+`","message":{"role":"appMaker","type":"text","text":"`+canary+`"}}`, "template", "_id")
	v["templateName"] = "order_update"
	form, kind := formOf("jo.png", "image/png", png+canary, "role", "appMaker")
	var up struct{ MediaURL string }
	fatal(p.T, json.Unmarshal(p.do(own, "POST", base+"/attachments?access=public", form, "Content-Type", kind).Body.Bytes(), &up))
	v["mediaUrl"] = up.MediaURL
	v["deviceId"] = fmt.Sprintf("device-%017d", p.numbers)
	v["clientId"] = p.must(own, "POST", "/v1.1/appusers/"+v["userId"]+"/clients", `{"platform":"ios","deviceId":"`+v["deviceId"]+`","displayName":"`+canary+`"}`, "client", "_id")
	p.must(own, "POST", "/v1.1/consents", `{"address":"+15550199999","scope":"marketing","evidence":{"note":"`+canary+`"}}`)
	return t
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// fill puts values into the parameters of a pattern.
func (p *program) fill(pattern string, values map[string]string) string {
	return parameter.ReplaceAllStringFunc(pattern, func(m string) string {
		v := values[strings.Trim(m, "{}")]
		if v == "" {
			p.Fatalf("%s: give %s a value in settle, so that the test covers the route", pattern, m)
		}
		return v
	})
}

// actionOf returns the id of the action of a message that was posted.
func actionOf(rec *httptest.ResponseRecorder) string {
	var posted struct {
		Message struct {
			Actions []struct {
				ID string `json:"_id"`
			}
		}
	}
	if json.Unmarshal(rec.Body.Bytes(), &posted) != nil || len(posted.Message.Actions) == 0 {
		return ""
	}
	return posted.Message.Actions[0].ID
}
