package app

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heliograph"
)

// shopRig is a demo's shop on a real server, and somebody who visits it.
type shopRig struct {
	*river
	shop *shop
	url  string
}

func newShopRig(t *testing.T) *shopRig {
	t.Helper()
	r := newRiver(t, settings(t))
	s, err := newShop("127.0.0.1:0", quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	s.after = func(_ time.Duration, f func()) { f() }
	if err := s.open(t.Context(), r.demo, func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
	return &shopRig{river: r, shop: s, url: s.url}
}

func (g *shopRig) post(path, body string, want int, out any) {
	g.t.Helper()
	res, err := http.Post(g.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		g.t.Fatalf("%s was answered %d, want %d: %s", path, res.StatusCode, want, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			g.t.Fatalf("%s: %v in %s", path, err, text)
		}
	}
}

// said returns what was written to and by a user.
func (g *shopRig) said(user string) (texts []string) {
	g.t.Helper()
	var page struct{ Messages []struct{ Text string } }
	if g.demo.api().call(g.t.Context(), http.MethodGet, "/appusers/"+user+"/messages", nil, &page) != nil {
		return nil
	}
	for _, m := range page.Messages {
		texts = append(texts, m.Text)
	}
	return texts
}

// TestShopPage: the page has the snippet for this server, and a policy that allows
// no more than it needs.
func TestShopPage(t *testing.T) {
	t.Parallel()
	g := newShopRig(t)
	for path, want := range map[string]string{
		"/": g.shop.integration, "/shop.js": "startConversation", "/shop.css": "--brand", "/nothing": "",
	} {
		res, err := http.Get(g.url + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if want == "" && res.StatusCode != http.StatusNotFound || want != "" && (res.StatusCode != http.StatusOK || !strings.Contains(string(text), want)) {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		if path != "/" {
			continue
		}
		policy := res.Header.Get("Content-Security-Policy")
		_, nonce, _ := strings.Cut(policy, "'nonce-")
		nonce, _, _ = strings.Cut(nonce, "'")
		if !strings.Contains(string(text), `<script nonce="`+nonce+`">`) || strings.Contains(policy, "unsafe") || !strings.Contains(policy, g.shop.server) {
			t.Errorf("the policy is %s", policy)
		}
		if quoted, _ := json.Marshal(g.shop.server); !strings.Contains(strings.ReplaceAll(string(text), `\/`, "/"), string(quoted)) {
			t.Error("the snippet does not name the server")
		}
	}
}

// TestShopStory: who buys is thanked once, answers, and hears of the parcel.
func TestShopStory(t *testing.T) {
	t.Parallel()
	g := newShopRig(t)
	var made struct {
		AppUser struct {
			ID string `json:"_id"`
		} `json:"appUser"`
	}
	if err := g.demo.api().call(t.Context(), http.MethodPost, "/appusers", map[string]string{"userId": "somebody"}, &made); err != nil {
		t.Fatal(err)
	}
	user := made.AppUser.ID
	var bought struct {
		Order order
		Token string
	}
	g.post("/orders", `{"article":"spoon"}`, http.StatusBadRequest, nil)
	g.post("/orders", `{"article":"kettle"}`, http.StatusOK, &bought)
	id := bought.Order.ID
	g.post("/orders/"+id+"/ship", `{}`, http.StatusNotFound, nil)
	g.post("/orders/"+id+"/buyer", `{"token":"other","user":"`+user+`"}`, http.StatusNotFound, nil)
	g.post("/orders/"+id+"/buyer", `{"token":"`+bought.Token+`","user":"../x"}`, http.StatusBadRequest, nil)
	g.post("/orders/"+id+"/buyer", `{"token":"`+bought.Token+`","user":"`+user+`"}`, http.StatusOK, nil)
	if got := g.said(user); len(got) != 0 {
		t.Fatalf("written before the conversation: %q", got)
	}

	for range 2 {
		g.tell("e1", `{"trigger":"conversation:start","appUser":{"_id":"`+user+`","userId":"somebody"}}`, http.StatusOK)
	}
	got := g.said(user)
	if len(got) != 1 || !strings.Contains(got[0], "order "+id+": one Copper kettle") {
		t.Fatalf("%q", got)
	}
	g.tell("e2", `{"trigger":"message:appUser","appUser":{"_id":"`+user+`"},"messages":[{"type":"text","payload":"time:`+id+`:tomorrow evening","source":{"type":"web"}}]}`, http.StatusOK)
	g.tell("e3", `{"trigger":"message:appUser","appUser":{"_id":"`+user+`"},"messages":[{"type":"text","text":"Hi","source":{"type":"twilio"}}]}`, http.StatusOK)
	g.post("/orders/"+id+"/ship", `{}`, http.StatusOK, nil)
	g.post("/orders/"+id+"/ship", `{}`, http.StatusNotFound, nil)
	g.tell("e4", `{"trigger":"postback","appUser":{"_id":"`+user+`"},"postbacks":[{"action":{"payload":"arrived:`+id+`"}}]}`, http.StatusOK)
	got = g.said(user)
	if len(got) != 4 || !strings.Contains(got[1], "tomorrow evening") || !strings.Contains(got[2], "on its way") || !strings.Contains(got[3], "glad") {
		t.Errorf("%q", got)
	}
	if o := g.shop.placed("", bought.Token); len(o) != 1 || o[0].State != orderReceived {
		t.Errorf("%+v", o)
	}

	// Who has a conversation already is written to at once.
	var again struct{ Order order }
	g.post("/orders", `{"article":"pan","token":"`+bought.Token+`"}`, http.StatusOK, &again)
	g.post("/orders/"+again.Order.ID+"/buyer", `{"token":"`+bought.Token+`","user":"`+user+`"}`, http.StatusOK, nil)
	if got := g.said(user); len(got) != 5 || !strings.Contains(got[4], "Iron pan") {
		t.Errorf("%q", got)
	}
	// Who signs in takes along what was bought before.
	var signed struct{ Token string }
	g.post("/sign-in", `{"token":"`+bought.Token+`"}`, http.StatusOK, &signed)
	if o := g.shop.placed(g.shop.customer(signed.Token), signed.Token); len(o) != 2 || len(g.shop.placed("", bought.Token)) != 0 {
		t.Errorf("%+v", o)
	}
	g.tell("e6", `{"trigger":"message:appUser","appUser":{"_id":"another","userId":"`+shopCustomer+`"},"messages":[{"type":"text","payload":"fetch:`+again.Order.ID+`","source":{"type":"ios"}}]}`, http.StatusServiceUnavailable)
	if o := g.shop.placed(shopCustomer, ""); o[0].State != orderReceived {
		t.Errorf("%+v", o)
	}
	// Of an order of somebody else's nothing is said.
	g.tell("e5", `{"trigger":"message:appUser","appUser":{"_id":"`+user+`"},"messages":[{"type":"text","payload":"fetch:9999","source":{"type":"ios"}}]}`, http.StatusOK)
	if got := g.said(user); len(got) != 6 || !strings.Contains(got[5], "In a real shop") {
		t.Errorf("%q", got)
	}
}

func (g *shopRig) tell(event, body string, want int) {
	g.t.Helper()
	req, err := http.NewRequest(http.MethodPost, g.url+"/webhook", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("X-API-Key", g.shop.secret)
	req.Header.Set("X-Event-Id", event)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		g.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != want {
		g.t.Errorf("%s was answered %d, want %d", body, res.StatusCode, want)
	}
}

// TestShopGuards: nobody else tells the shop, and no other page uses it.
func TestShopGuards(t *testing.T) {
	t.Parallel()
	s := &shop{secret: "s3cret", log: quiet, signed: map[string]string{}, started: map[string]bool{}, handled: map[string]bool{}}
	srv := httptest.NewServer(s.routes())
	t.Cleanup(srv.Close)
	for _, c := range []struct {
		path, body, header, value string
		want                      int
	}{
		{"/webhook", `{}`, "X-API-Key", "other", 401},
		{"/webhook", `{}`, "X-API-Key", "", 401},
		{"/webhook", `no`, "X-API-Key", "s3cret", 400},
		{"/webhook", `{"trigger":"something:else"}`, "X-API-Key", "s3cret", 200},
		{"/orders", `{"article":"mug"}`, "Sec-Fetch-Site", "cross-site", 403},
		{"/orders", `{"article":"mug"}`, "Sec-Fetch-Site", "same-origin", 200},
		{"/orders", `{"article":"` + strings.Repeat("x", 5000) + `"}`, "Sec-Fetch-Site", "", 413},
		{"/orders", `[`, "Sec-Fetch-Site", "", 400},
	} {
		req, _ := http.NewRequest(http.MethodPost, srv.URL+c.path, strings.NewReader(c.body))
		req.Header.Set(c.header, c.value)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s %.30s with %s %q: %d, want %d", c.path, c.body, c.header, c.value, res.StatusCode, c.want)
		}
	}
}

// TestShopSignIn: the token that the shop makes is one that the server takes.
func TestShopSignIn(t *testing.T) {
	t.Parallel()
	g := newShopRig(t)
	var in struct{ UserID, JWT, Token string }
	g.post("/sign-in", `{}`, http.StatusOK, &in)
	if in.UserID != shopCustomer || g.shop.customer(in.Token) != shopCustomer {
		t.Fatalf("%+v", in)
	}
	if err := g.demo.api().call(t.Context(), http.MethodPost, "/appusers", map[string]string{"userId": shopCustomer}, nil); err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequest(http.MethodGet, g.demo.api().base+"/appusers/"+shopCustomer, nil)
	req.Header.Set("Authorization", "Bearer "+in.JWT)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the server answered %d", res.StatusCode)
	}
	var id heliograph.UserID
	if id.UnmarshalText([]byte(in.UserID)) == nil {
		t.Error("the customer's id could be taken for a user's")
	}
}
