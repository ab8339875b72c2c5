package auth_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/internal/auth"
)

const (
	appSecret     = "the-secret-of-the-app-key"
	accountSecret = "the-secret-of-the-account-key"
)

var (
	org        = heliograph.OrgID{1}
	app        = heliograph.AppID{2}
	appKey     = &heliograph.Key{ID: heliograph.KeyID{3}, Org: org, App: app, Scope: heliograph.ScopeApp, Secret: appSecret}
	serviceKey = &heliograph.Key{ID: heliograph.KeyID{5}, Org: org, Service: heliograph.ServiceID{6}, Scope: heliograph.ScopeAccount, Secret: "the-secret-of-the-service-account"}
	accountKey = &heliograph.Key{ID: heliograph.KeyID{4}, Org: org, Scope: heliograph.ScopeAccount, Secret: accountSecret}
)

// world is keys and users in memory; the ports have no more to them.
type world struct {
	keys    map[heliograph.KeyID]*heliograph.Key
	lookups int
	flipped []string
	now     time.Time
}

func newWorld() *world {
	return &world{
		keys: map[heliograph.KeyID]*heliograph.Key{appKey.ID: appKey, accountKey.ID: accountKey, serviceKey.ID: serviceKey},
		now:  time.Unix(1_800_000_000, 0),
	}
}

func (w *world) ByID(_ context.Context, id heliograph.KeyID) (*heliograph.Key, error) {
	w.lookups++
	if k := w.keys[id]; k != nil {
		return k, nil
	}
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "no key")
}

func (w *world) RequireCredential(_ context.Context, _ heliograph.AppID, ext string) error {
	w.flipped = append(w.flipped, ext)
	return nil
}

func (w *world) service() *auth.Service {
	return auth.New(w, w, func() time.Time { return w.now })
}

func request(authorization string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func sign(t *testing.T, method jwt.SigningMethod, kid, secret any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != nil {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + text
}

// critical returns a token of the app key with an extension that is unknown here.
func critical(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["kid"], token.Header["crit"] = appKey.Handle(), []string{"unheard-of"}
	text, err := token.SignedString([]byte(appSecret))
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + text
}

// TestTimesOutOfRange: a far future must not be told as expired.
func TestTimesOutOfRange(t *testing.T) {
	t.Parallel()
	head := sign(t, jwt.SigningMethodHS256, appKey.Handle(), []byte(appSecret), jwt.MapClaims{"scope": "app", "exp": 1e30})
	_, err := newWorld().service().Authenticate(t.Context(), request(head))
	if err == nil || !strings.Contains(err.Error(), "its exp is out of range") {
		t.Error(err)
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	w := newWorld()
	later, earlier := w.now.Add(time.Minute).Unix(), w.now.Add(-time.Minute).Unix()
	hs := func(kid any, secret string, claims jwt.MapClaims) string {
		return sign(t, jwt.SigningMethodHS256, kid, []byte(secret), claims)
	}
	appHandle, accountHandle := appKey.Handle(), accountKey.Handle()
	type m = jwt.MapClaims
	appPrincipal := auth.Principal{Scope: heliograph.ScopeApp, Org: org, App: app, Key: appKey.ID}
	userPrincipal := auth.Principal{Scope: heliograph.ScopeAppUser, Org: org, App: app, Key: appKey.ID, UserExternalID: "jo"}
	servicePrincipal := auth.Principal{Scope: heliograph.ScopeAccount, Org: org, Service: serviceKey.Service, Key: serviceKey.ID}
	accountPrincipal := auth.Principal{Scope: heliograph.ScopeAccount, Org: org, Key: accountKey.ID}

	tests := []struct {
		name string
		head string
		want auth.Principal
		kind heliograph.Kind // when want is zero
	}{
		{"app key", basic(appHandle, appSecret), appPrincipal, 0},
		{"account key", basic(accountHandle, accountSecret), accountPrincipal, 0},
		{"service account's key", basic(serviceKey.Handle(), serviceKey.Secret.Reveal()), servicePrincipal, 0},
		{"service account's token", hs(serviceKey.Handle(), serviceKey.Secret.Reveal(), m{"scope": "account"}), servicePrincipal, 0},
		{"service account's key that claims app", hs(serviceKey.Handle(), serviceKey.Secret.Reveal(), m{"scope": "app"}), auth.Principal{}, heliograph.Forbidden},
		{"service account's key with the account prefix", basic("act_"+serviceKey.ID.String(), serviceKey.Secret.Reveal()), auth.Principal{}, heliograph.Unauthenticated},
		{"account key with the service prefix", basic("svc_"+accountKey.ID.String(), accountSecret), auth.Principal{}, heliograph.Unauthenticated},
		{"scheme in lower case", "basic" + basic(appHandle, appSecret)[5:], appPrincipal, 0},
		{"app token", hs(appHandle, appSecret, m{"scope": "app", "iat": earlier}), appPrincipal, 0},
		{"app token with a future end", hs(appHandle, appSecret, m{"scope": "app", "exp": later}), appPrincipal, 0},
		{"app token with an end in milliseconds", hs(appHandle, appSecret, m{"scope": "app", "exp": later * 1000}), appPrincipal, 0},
		{"account token", hs(accountHandle, accountSecret, m{"scope": "account"}), accountPrincipal, 0},
		{"user token", hs(appHandle, appSecret, m{"scope": "appUser", "userId": "jo"}), userPrincipal, 0},
		{"user token, newer spelling", hs(appHandle, appSecret, m{"scope": "user", "external_id": "jo"}), userPrincipal, 0},
		{"user token, mixed spelling", hs(appHandle, appSecret, m{"scope": "appUser", "external_id": "jo"}), userPrincipal, 0},

		{"nothing", "", auth.Principal{}, heliograph.Unauthenticated},
		{"unknown scheme", "Digest abc", auth.Principal{}, heliograph.Unauthenticated},
		{"wrong secret", basic(appHandle, appSecret+"x"), auth.Principal{}, heliograph.Unauthenticated},
		{"empty secret", basic(appHandle, ""), auth.Principal{}, heliograph.Unauthenticated},
		{"unknown key", basic("app_0123456789abcdef01234567", appSecret), auth.Principal{}, heliograph.Unauthenticated},
		{"app key with the account prefix", basic("act_"+appKey.ID.String(), appSecret), auth.Principal{}, heliograph.Unauthenticated},
		{"not base64", "Basic !!!", auth.Principal{}, heliograph.Unauthenticated},
		{"no colon", "Basic " + base64.StdEncoding.EncodeToString([]byte(appHandle)), auth.Principal{}, heliograph.Unauthenticated},
		{"no token", "Bearer ", auth.Principal{}, heliograph.Unauthenticated},
		{"not a token", "Bearer a.b.c", auth.Principal{}, heliograph.Unauthenticated},
		{"too long", "Bearer " + strings.Repeat("a", 9000), auth.Principal{}, heliograph.Unauthenticated},
		{"alg none", sign(t, jwt.SigningMethodNone, appHandle, jwt.UnsafeAllowNoneSignatureType, m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"alg HS512", sign(t, jwt.SigningMethodHS512, appHandle, []byte(appSecret), m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"expired", hs(appHandle, appSecret, m{"scope": "app", "exp": earlier}), auth.Principal{}, heliograph.Unauthenticated},
		{"end that is no number", hs(appHandle, appSecret, m{"scope": "app", "exp": "never"}), auth.Principal{}, heliograph.Unauthenticated},
		{"end beyond all numbers", hs(appHandle, appSecret, m{"scope": "app", "exp": 1e30}), auth.Principal{}, heliograph.Unauthenticated},
		{"start beyond all numbers", hs(appHandle, appSecret, m{"scope": "app", "nbf": 1e30}), auth.Principal{}, heliograph.Unauthenticated},
		{"an extension that must be understood", critical(t, m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"not yet valid", hs(appHandle, appSecret, m{"scope": "app", "nbf": later}), auth.Principal{}, heliograph.Unauthenticated},
		{"wrong signature", hs(appHandle, "other", m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"no kid", hs(nil, appSecret, m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"kid that is no string", hs(5, appSecret, m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"unknown kid", hs("app_0123456789abcdef01234567", appSecret, m{"scope": "app"}), auth.Principal{}, heliograph.Unauthenticated},
		{"no scope", hs(appHandle, appSecret, m{}), auth.Principal{}, heliograph.Unauthenticated},
		{"unknown scope", hs(appHandle, appSecret, m{"scope": "root"}), auth.Principal{}, heliograph.Unauthenticated},
		{"numeric userId", hs(appHandle, appSecret, m{"scope": "appUser", "userId": 5}), auth.Principal{}, heliograph.Unauthenticated},
		{"numeric external_id", hs(appHandle, appSecret, m{"scope": "user", "external_id": 5}), auth.Principal{}, heliograph.Unauthenticated},
		{"no userId", hs(appHandle, appSecret, m{"scope": "appUser"}), auth.Principal{}, heliograph.Unauthenticated},
		{"empty userId", hs(appHandle, appSecret, m{"scope": "appUser", "userId": ""}), auth.Principal{}, heliograph.Unauthenticated},
		{"two users", hs(appHandle, appSecret, m{"scope": "appUser", "userId": "jo", "external_id": "al"}), auth.Principal{}, heliograph.Unauthenticated},
		{"userId with NUL", hs(appHandle, appSecret, m{"scope": "appUser", "userId": "j\x00"}), auth.Principal{}, heliograph.Unauthenticated},

		{"app key claims account", hs(appHandle, appSecret, m{"scope": "account"}), auth.Principal{}, heliograph.Forbidden},
		{"account key claims app", hs(accountHandle, accountSecret, m{"scope": "app"}), auth.Principal{}, heliograph.Forbidden},
		{"account key claims a user", hs(accountHandle, accountSecret, m{"scope": "appUser", "userId": "jo"}), auth.Principal{}, heliograph.Forbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := newWorld().service().Authenticate(t.Context(), request(tt.head))
			if tt.want == (auth.Principal{}) {
				if err == nil || !heliograph.IsKind(err, tt.kind) {
					t.Fatalf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Fatalf("got %+v, %v, want %+v", got, err, tt.want)
			}
		})
	}
}

func TestOwnTokenIsAccepted(t *testing.T) {
	t.Parallel()
	s := newWorld().service()
	for _, k := range []*heliograph.Key{appKey, accountKey} {
		text, err := s.Token(k)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Authenticate(t.Context(), request("Bearer "+text))
		if err != nil || p.Key != k.ID || p.Scope != k.Scope {
			t.Fatalf("%+v, %v", p, err)
		}
	}
}

func TestUserTokenRequiresCredentialFromThenOn(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.service()
	head := sign(t, jwt.SigningMethodHS256, appKey.Handle(), []byte(appSecret), jwt.MapClaims{"scope": "appUser", "userId": "jo"})
	for range 3 {
		if _, err := s.Authenticate(t.Context(), request(head)); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.flipped) != 1 || w.flipped[0] != "jo" {
		t.Fatalf("told of %v, want jo once", w.flipped)
	}
}

func TestKeysComeAndGoWithinASecond(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.service()
	token := sign(t, jwt.SigningMethodHS256, appKey.Handle(), []byte(appSecret), jwt.MapClaims{"scope": "app"})
	for _, head := range []string{token, basic(appKey.Handle(), appSecret)} {
		use := func() error { _, err := s.Authenticate(t.Context(), request(head)); return err }
		w.now = w.now.Add(time.Minute)
		delete(w.keys, appKey.ID)
		if use() == nil {
			t.Fatal("works before it exists")
		}
		w.keys[appKey.ID] = appKey
		if err := use(); err != nil {
			t.Fatal("does not work at once:", err)
		}
		lookups := w.lookups
		_ = use()
		if w.lookups != lookups {
			t.Fatal("the key was looked up again at once")
		}
		delete(w.keys, appKey.ID)
		w.now = w.now.Add(time.Second)
		if use() == nil {
			t.Fatal("works a second after it was deleted")
		}
		w.keys[appKey.ID] = appKey
		if err := use(); err != nil {
			t.Fatal(err)
		}
		delete(w.keys, appKey.ID)
		s.Forget(appKey.ID)
		if use() == nil {
			t.Fatal("works after Forget")
		}
	}
}

func TestTokenEndsWhileItsProofIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld()
	s := w.service()
	head := sign(t, jwt.SigningMethodHS256, appKey.Handle(), []byte(appSecret), jwt.MapClaims{"scope": "app", "exp": w.now.Add(time.Second).Unix()})
	if _, err := s.Authenticate(t.Context(), request(head)); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
	if _, err := s.Authenticate(t.Context(), request(head)); err == nil {
		t.Fatal("an expired token works")
	}
}

func BenchmarkToken(b *testing.B) {
	s := newWorld().service()
	text, _ := s.Token(appKey)
	r := request("Bearer " + text)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
