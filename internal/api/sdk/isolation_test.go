package sdk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph/internal/api/sdk"
)

// TestIsolation asks every call that needs a session with what is not one: nothing
// of the person is shown, and nothing changes. A new call is covered as soon as it
// is listed.
func TestIsolation(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(w *world) {
		other := *w
		other.tenant = w.second()
		victim, neighbour := w.device(w.tenant.web, "victim"), w.device(w.tenant.web, "neighbour")
		victim.jwt = w.tenant.token("ana")
		victim.enter("start", map[string]any{"userId": "ana"}).want(200)
		secret := victim.say("canary").want(201).text("message", "_id")
		w.admin("POST", "/appusers/ana/messages", map[string]any{"role": "appMaker", "type": "text", "text": "canary", "actions": []any{map[string]any{"type": "postback", "text": "x", "payload": "canary"}}}).want(201)
		action := victim.call("GET", "messages", nil).want(200).text("messages", 1, "actions", 0, "_id")
		neighbour.enter("start", nil).want(200)
		stranger := other.device(other.tenant.web, "stranger")
		stranger.enter("start", nil).want(200)
		before := string(victim.call("GET", "messages", nil).want(200).raw)

		key := func(change func(*jwt.Token)) string {
			token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"scope": "appUser", "userId": "ana"})
			token.Header["kid"] = w.tenant.key
			change(token)
			text, err := token.SignedString([]byte(w.tenant.secret))
			if token.Method == jwt.SigningMethodNone {
				text, err = token.SignedString(jwt.UnsafeAllowNoneSignatureType)
			}
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		parts := strings.Split(victim.session, "_")
		swap := func(i int, with string) string {
			p := append([]string(nil), parts...)
			p[i] = with
			return strings.Join(p, "_")
		}
		theirs := strings.Split(neighbour.session, "_")
		tries := map[string]phone{
			"no session":                 {integration: w.tenant.web, jwt: victim.jwt},
			"no token":                   {integration: w.tenant.web, session: victim.session},
			"another integration":        {integration: w.tenant.ios, session: victim.session, jwt: victim.jwt},
			"another app's integration":  {integration: other.tenant.web, session: victim.session, jwt: victim.jwt},
			"another app's session":      {integration: w.tenant.web, session: stranger.session, jwt: victim.jwt},
			"another app's key":          {integration: w.tenant.web, session: victim.session, jwt: other.tenant.token("ana")},
			"a neighbour's secret":       {integration: w.tenant.web, session: swap(3, theirs[3]), jwt: victim.jwt},
			"another app's id":           {integration: w.tenant.web, session: swap(1, other.tenant.id), jwt: victim.jwt},
			"a client that is none":      {integration: w.tenant.web, session: swap(2, strings.Repeat("0", 23)+"1"), jwt: victim.jwt},
			"half a session":             {integration: w.tenant.web, session: victim.session[:60], jwt: victim.jwt},
			"a neighbour's token":        {integration: w.tenant.web, session: victim.session, jwt: w.tenant.token("bob")},
			"an expired token":           {integration: w.tenant.web, session: victim.session, jwt: w.tenant.token("ana", jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()})},
			"a token of the app itself":  {integration: w.tenant.web, session: victim.session, jwt: key(func(t *jwt.Token) { t.Claims.(jwt.MapClaims)["scope"] = "app" })},
			"a token without signature":  {integration: w.tenant.web, session: victim.session, jwt: key(func(t *jwt.Token) { t.Method = jwt.SigningMethodNone; t.Header["alg"] = "none" })},
			"a token by another method":  {integration: w.tenant.web, session: victim.session, jwt: key(func(t *jwt.Token) { t.Method = jwt.SigningMethodHS512; t.Header["alg"] = "HS512" })},
			"a token without the key":    {integration: w.tenant.web, session: victim.session, jwt: key(func(t *jwt.Token) { delete(t.Header, "kid") })},
			"the neighbour with a token": {integration: w.tenant.web, session: neighbour.session, jwt: victim.jwt},
		}
		for name, p := range tries {
			p.w = w
			for _, r := range sdk.SessionRoutes() {
				a := p.call(r.Method, r.Path, map[string]any{"type": "text", "text": "evil", "actionId": action, "cursor": "9", "proactive": false, "givenName": "evil", "service": "web", "token": "x"})
				if a.status != http.StatusUnauthorized || strings.Contains(string(a.raw), "canary") {
					t.Errorf("%s: %s %s: %d %s", name, r.Method, r.Path, a.status, a.raw)
				}
			}
		}
		// A session of one's own reaches nothing of others.
		neighbour.call("POST", "postback", map[string]any{"actionId": action}).want(404)
		if a := neighbour.call("GET", "messages?after=0", nil).want(200); strings.Contains(string(a.raw), "canary") || strings.Contains(string(a.raw), secret) {
			t.Errorf("the neighbour sees %s", a.raw)
		}
		// A device's id opens nothing, nor does the userId of whoever has used a token.
		for _, how := range []string{"init", "start"} {
			thief := w.device(w.tenant.web, "victim")
			if a := thief.enter(how, map[string]any{"userId": "ana"}); a.status != 401 {
				t.Errorf("%s as ana: %d %s", how, a.status, a.raw)
			}
			if a := thief.enter("init", nil).want(200); a.at("session") != nil {
				t.Errorf("a device's id is enough: %s", a.raw)
			}
		}
		if after := string(victim.call("GET", "messages", nil).want(200).raw); after != before {
			t.Errorf("it changed:\n%s\n%s", before, after)
		}
		// Keys of the business do not belong here.
		victim.call("GET", "messages", nil, header{"Authorization": w.tenant.basic()}).want(401, "invalid_auth")
	})
}
