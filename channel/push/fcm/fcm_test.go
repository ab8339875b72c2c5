package fcm

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// google is Google's token service and FCM in one, as far as a test needs them.
type google struct {
	*httptest.Server
	t   *testing.T
	key *rsa.PrivateKey
	now heliograph.Clock

	mu     sync.Mutex
	tokens int // given
	asked  int // for a token
	sends  []string
	bodies []string
	status int // of token requests; 0: 200
	refuse map[string]bool
	reply  func(call int) (status int, header, body string)
}

// key is made once: that takes a while.
var key = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func serve(t *testing.T) *google {
	t.Helper()
	key, err := key()
	if err != nil {
		t.Fatal(err)
	}
	g := &google{t: t, key: key, refuse: map[string]bool{}}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.URL.Path == "/token" {
		g.asked++
		if g.status != 0 {
			w.WriteHeader(g.status)
			_, _ = io.WriteString(w, `{"error":"invalid_grant"}`)
			return
		}
		g.check(r)
		g.tokens++
		_, _ = fmt.Fprintf(w, `{"access_token":"ya29.%d","expires_in":3599,"token_type":"Bearer"}`, g.tokens)
		return
	}
	b, _ := io.ReadAll(r.Body)
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	g.sends, g.bodies = append(g.sends, r.URL.Path+" "+bearer), append(g.bodies, string(b))
	if g.refuse[bearer] {
		w.WriteHeader(401)
		_, _ = io.WriteString(w, `{"error":{"code":401,"status":"UNAUTHENTICATED"}}`)
		return
	}
	if g.reply == nil {
		_, _ = io.WriteString(w, `{"name":"projects/shop-1/messages/0:15"}`)
		return
	}
	status, header, body := g.reply(len(g.sends))
	if header != "" {
		w.Header().Set("Retry-After", header)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// check reads an assertion as Google does.
func (g *google) check(r *http.Request) {
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != grant {
		g.t.Errorf("%v, %v", r.PostForm, err)
	}
	parsed, err := jwt.Parse(r.PostForm.Get("assertion"), func(*jwt.Token) (any, error) { return &g.key.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer("sender@shop-1.example"), jwt.WithAudience(g.URL+"/token"), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithTimeFunc(g.now))
	if err != nil || parsed.Claims.(jwt.MapClaims)["scope"] != scope {
		g.t.Errorf("the assertion: %v", err)
	}
}

func (g *google) service(clock heliograph.Clock) *Service {
	g.now = clock
	return New(Options{HTTP: g.Client().Transport, Base: g.URL, Clock: clock, Project: "shop-1", Email: "sender@shop-1.example", Key: g.key})
}

func outgoing() *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: heliograph.NotificationID{1, 15: 2}, Attempt: 1, Address: "d",
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Near"},
		About: &channel.About{
			App: "Shop", Conversation: heliograph.ConversationID{11: 3}, Message: heliograph.MessageID{11: 4}, Sequence: 8, Unread: 2,
			Topic: heliograph.TopicAgent, Push: &heliograph.Push{Service: heliograph.PushFCM, Token: "fcm:token"},
		},
	}
}

func (s *Service) try(ctx context.Context, out *channel.Outgoing) channel.Result {
	n, ok := push.Compose(out, s.Clock())
	if !ok {
		panic("its time is over")
	}
	return s.Push(ctx, out, n)
}

func same(t *testing.T, got, want string) {
	t.Helper()
	var a, b any
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
		t.Fatalf("not JSON:\n%s\n%s", got, want)
	}
	x, _ := json.Marshal(a)
	if y, _ := json.Marshal(b); string(x) != string(y) {
		t.Errorf("got  %s\nwant %s", x, y)
	}
}

func TestPush(t *testing.T) {
	t.Parallel()
	g := serve(t)
	s := g.service(time.Now)
	r := s.try(t.Context(), outgoing())
	if r.Class != channel.ClassAccepted || len(r.External) != 1 || r.External[0] != "projects/shop-1/messages/0:15" {
		t.Fatalf("%+v", r)
	}
	if g.sends[0] != "/v1/projects/shop-1/messages:send ya29.1" {
		t.Error(g.sends[0])
	}
	const data = `"data":{"heliograph":"{\"v\":1,\"delivery\":\"01000000-0000-0000-0000-000000000002\",\"message\":\"000000000000000000000004\",\"conversation\":\"000000000000000000000003\",\"topic\":\"agent\",\"sequence\":8}"}`
	const group = "000000000000000000000003"
	same(t, g.bodies[0], `{"message":{"token":"fcm:token","notification":{"title":"Shop","body":"Near"},`+data+`,"fcm_options":{"analytics_label":"heliograph-agent"},
		"android":{"priority":"high","ttl":"2419200s","collapse_key":"`+group+`","notification":{"tag":"`+group+`","notification_count":2}}}}`)

	now := time.Now()
	s.Clock, s.Apple, s.Badge = func() time.Time { return now }, true, true
	out := outgoing()
	out.Expires = heliograph.At(now.Add(time.Hour))
	s.try(t.Context(), out)
	same(t, g.bodies[1], `{"message":{"token":"fcm:token","notification":{"title":"Shop","body":"Near"},`+data+`,"fcm_options":{"analytics_label":"heliograph-agent"},
		"apns":{"headers":{"apns-priority":"10","apns-collapse-id":"`+group+`","apns-expiration":"`+fmt.Sprint(out.Expires.Time().Unix())+`"},
		"payload":{"aps":{"sound":"default","thread-id":"`+group+`","mutable-content":1,"badge":2}}}}}`)
	if g.tokens != 1 {
		t.Errorf("%d tokens for two pushes", g.tokens)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	refusal := func(status int, word, message, code string) string {
		return fmt.Sprintf(`{"error":{"code":%d,"message":%q,"status":%q,"details":[{"@type":"type.googleapis.com/google.rpc.BadRequest"},{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":%q}]}}`, status, message, word, code)
	}
	const gone, later, final = "gone", "later", "final"
	for name, tt := range map[string]struct {
		status       int
		header, body string
		attempt      int
		kind         string
		class        channel.Class
		reason       string
		after        time.Duration
		code         string
	}{
		"unregistered":              {404, "", refusal(404, "NOT_FOUND", "", "UNREGISTERED"), 1, gone, channel.ClassFinal, heliograph.ReasonDevice, 0, "UNREGISTERED"},
		"another project":           {403, "", refusal(403, "PERMISSION_DENIED", "", "SENDER_ID_MISMATCH"), 1, gone, channel.ClassFinal, heliograph.ReasonDevice, 0, "SENDER_ID_MISMATCH"},
		"no token":                  {400, "", refusal(400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token", "INVALID_ARGUMENT"), 1, gone, channel.ClassFinal, heliograph.ReasonDevice, 0, "INVALID_ARGUMENT"},
		"a bad message":             {400, "", refusal(400, "INVALID_ARGUMENT", "Android message is too big", "INVALID_ARGUMENT"), 1, final, channel.ClassFinal, heliograph.ReasonBadRequest, 0, "INVALID_ARGUMENT"},
		"our fault":                 {400, "", `{"error":{"code":400,"message":"Invalid value at 'message.token'","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest"}]}}`, 1, final, channel.ClassFinal, heliograph.ReasonBadRequest, 0, "INVALID_ARGUMENT"},
		"quota":                     {429, "", refusal(429, "RESOURCE_EXHAUSTED", "", "QUOTA_EXCEEDED"), 1, later, channel.ClassRetry, heliograph.ReasonTooManyRequests, time.Minute, "QUOTA_EXCEEDED"},
		"quota, with a time":        {429, "90", refusal(429, "RESOURCE_EXHAUSTED", "", "QUOTA_EXCEEDED"), 1, later, channel.ClassRetry, heliograph.ReasonTooManyRequests, 90 * time.Second, "QUOTA_EXCEEDED"},
		"429 without words":         {429, "", "", 1, later, channel.ClassRetry, heliograph.ReasonTooManyRequests, time.Minute, ""},
		"unavailable":               {503, "", refusal(503, "UNAVAILABLE", "", "UNAVAILABLE"), 1, later, channel.ClassRetry, heliograph.ReasonTimeout, 10 * time.Second, "UNAVAILABLE"},
		"unavailable again":         {503, "", refusal(503, "UNAVAILABLE", "", "UNAVAILABLE"), 3, later, channel.ClassRetry, heliograph.ReasonTimeout, 40 * time.Second, "UNAVAILABLE"},
		"internal":                  {500, "", refusal(500, "INTERNAL", "", "INTERNAL"), 1, later, channel.ClassRetry, heliograph.ReasonTimeout, 10 * time.Second, "INTERNAL"},
		"a gateway":                 {502, "", "<html>", 1, final, channel.ClassUnknown, heliograph.ReasonUnknownOutcome, 0, ""},
		"Apple's half":              {401, "", refusal(401, "UNAUTHENTICATED", "", thirdPartyAuth), 1, final, channel.ClassPause, heliograph.ReasonUnauthorized, 0, thirdPartyAuth},
		"no role":                   {403, "", `{"error":{"status":"PERMISSION_DENIED"}}`, 1, final, channel.ClassPause, heliograph.ReasonUnauthorized, 0, "PERMISSION_DENIED"},
		"no project":                {404, "", `{"error":{"status":"NOT_FOUND"}}`, 1, final, channel.ClassFinal, heliograph.ReasonBadRequest, 0, "NOT_FOUND"},
		"a success, cannot be read": {200, "", "{", 1, final, channel.ClassUnknown, heliograph.ReasonUnknownOutcome, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := serve(t)
			g.reply = func(int) (int, string, string) { return tt.status, tt.header, tt.body }
			out := outgoing()
			out.Attempt = tt.attempt
			r := g.service(time.Now).try(t.Context(), out)
			if r.Class != tt.class || r.Reason != tt.reason || r.After != tt.after || r.Gone != (tt.kind == gone) || r.ProviderCode != tt.code || r.HTTPStatus != tt.status || r.Message == "" {
				t.Errorf("%+v", r)
			}
			if len(g.sends) != 1 {
				t.Errorf("it was sent %d times", len(g.sends))
			}
		})
	}
}

// TestAccess: one token is asked for by many at once, renewed before it ends,
// and anew when it is refused.
func TestAccess(t *testing.T) {
	t.Parallel()
	g := serve(t)
	var mu sync.Mutex
	now := time.Now()
	s := g.service(func() time.Time { mu.Lock(); defer mu.Unlock(); return now })
	move := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if r := s.try(t.Context(), outgoing()); r.Class != channel.ClassAccepted {
				t.Errorf("%+v", r)
			}
		})
	}
	wg.Wait()
	if g.asked != 1 {
		t.Errorf("%d tokens were asked for", g.asked)
	}
	move(53 * time.Minute)
	s.try(t.Context(), outgoing())
	if g.asked != 1 {
		t.Error("a token that is good was renewed")
	}
	move(2*time.Minute + time.Second)
	s.try(t.Context(), outgoing())
	if g.asked != 2 {
		t.Errorf("after 55 minutes %d tokens were asked for", g.asked)
	}
	g.refuse["ya29.2"] = true
	if r := s.try(t.Context(), outgoing()); r.Class != channel.ClassAccepted || g.asked != 3 {
		t.Errorf("after a refusal: %+v, %d tokens", r, g.asked)
	}
	g.refuse["ya29.3"], g.refuse["ya29.4"], g.refuse["ya29.5"] = true, true, true
	before := len(g.sends)
	if r := s.try(t.Context(), outgoing()); r.Class != channel.ClassPause || len(g.sends) != before+2 {
		t.Errorf("after two refusals: %+v, %d calls", r, len(g.sends)-before)
	}
}

func TestNoAccess(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]channel.Class{400: channel.ClassPause, 401: channel.ClassPause, 429: channel.ClassRetry, 500: channel.ClassRetry, 503: channel.ClassRetry} {
		g := serve(t)
		g.status = status
		now := time.Now()
		s := g.service(func() time.Time { return now })
		for range 20 {
			if r := s.try(t.Context(), outgoing()); r.Class != want || len(g.sends) != 0 {
				t.Fatalf("%d: %+v", status, r)
			}
		}
		if g.asked != 1 {
			t.Errorf("%d: it was asked %d times in no time", status, g.asked)
		}
		kind := heliograph.Unavailable
		if want == channel.ClassPause {
			kind = heliograph.Invalid
		}
		if err := s.Check(t.Context()); !heliograph.IsKind(err, kind) {
			t.Errorf("%d: %v", status, err)
		}
		g.status, now = 0, now.Add(time.Minute)
		if r := s.try(t.Context(), outgoing()); r.Class != channel.ClassAccepted {
			t.Errorf("a minute later: %+v", r)
		}
		if err := s.Check(t.Context()); err != nil {
			t.Error(err)
		}
	}
	g := serve(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if r := g.service(time.Now).try(ended, outgoing()); r.Class != channel.ClassRetry || g.asked != 0 {
		t.Errorf("%+v", r)
	}
	broken := g.service(time.Now)
	broken.access.HTTP = lost{}
	if r := broken.try(t.Context(), outgoing()); r.Class != channel.ClassRetry {
		t.Errorf("a token request without an answer: %+v", r)
	}
}

// lost takes a request and has no answer.
type lost struct{}

func (lost) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.ReadAll(r.Body)
	return nil, errors.New("reset")
}
