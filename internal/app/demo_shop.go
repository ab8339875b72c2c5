package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
)

// shop is a business with a website that has the web messenger on it: the demo's
// example of what a customer of the API builds. It knows the server by its public
// URL and an app key only. Orders are in memory.
type shop struct {
	api         *apiClient
	server      string // the server's public URL
	integration string // of type web
	pages       string // where the simulator's pages are; "": nowhere
	key         *heliograph.Key
	now         func() time.Time
	after       func(time.Duration, func()) // calls a function later
	log         *slog.Logger

	web    *server
	url    string
	secret string // of the webhook

	mu      sync.Mutex
	orders  []*order          // the oldest first
	number  int               // of the newest order
	signed  map[string]string // who is signed in on the website: token to the customer's id
	started map[string]bool   // users whose conversation started, as the webhook told
	handled map[string]bool   // events of the webhook
}

// shopCustomer is who can sign in at the demo's shop, and on the demo's phones.
const (
	shopCustomer     = "ana@people.example"
	shopCustomerName = "Ana"
)

// shopKeep bounds what the shop remembers of each kind.
const shopKeep = 500

func newShop(address string, log *slog.Logger) (*shop, error) {
	web, err := listen(address, nil, log)
	if err != nil {
		return nil, err
	}
	s := &shop{
		web: web, url: "http://" + reachable(web.ln.Addr().String()), now: time.Now, log: log, number: 1040,
		after:  func(d time.Duration, f func()) { time.AfterFunc(d, f) },
		signed: map[string]string{}, started: map[string]bool{}, handled: map[string]bool{},
	}
	return s, nil
}

// open begins to serve, once the demo has its app.
func (s *shop) open(ctx context.Context, d *demo, fail func(error)) error {
	s.api, s.key, s.server, s.pages = d.api(), d.key, d.app.host.public, d.sim.URL()
	if err := s.prepare(ctx); err != nil {
		return fmt.Errorf("the shop: %w", err)
	}
	s.web.http.Handler = s.routes()
	s.web.serve(fail)
	return nil
}

func (s *shop) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if s.web.http.Handler == nil { // it was never opened
		_ = s.web.ln.Close()
		return
	}
	s.web.stop(ctx)
}

// prepare finds what the shop needs on the server, or makes it.
func (s *shop) prepare(ctx context.Context) error {
	var err error
	s.integration, err = integrationOf(ctx, s.api, &demoChannel{kind: heliograph.PlatformWeb, title: "the shop's website"})
	if err != nil {
		return err
	}
	if err := s.paint(ctx); err != nil {
		return err
	}
	s.secret, err = s.webhook(ctx)
	return err
}

// paint gives the messenger the shop's name and colours, unless it has a name.
func (s *shop) paint(ctx context.Context) error {
	var now struct{ Integration struct{ BusinessName string } }
	if err := s.api.call(ctx, http.MethodGet, "/integrations/"+s.integration, nil, &now); err != nil || now.Integration.BusinessName != "" {
		return err
	}
	return s.api.call(ctx, http.MethodPut, "/integrations/"+s.integration, map[string]string{
		"businessName": shopName, "brandColor": "b45309", "conversationColor": "b45309", "actionColor": "9a4407",
	}, nil)
}

// webhook has the server tell the shop of customers on its website, and returns
// the secret by which the shop knows that it is the server who tells.
func (s *shop) webhook(ctx context.Context) (string, error) {
	type hook struct{ Target, Secret string }
	var list struct{ Webhooks []hook }
	if err := s.api.call(ctx, http.MethodGet, "/webhooks", nil, &list); err != nil {
		return "", err
	}
	target := s.url + "/webhook"
	for _, w := range list.Webhooks {
		if w.Target == target {
			return w.Secret, nil
		}
	}
	var made struct{ Webhook hook }
	err := s.api.call(ctx, http.MethodPost, "/webhooks", map[string]any{
		"target": target, "triggers": []string{"conversation:start", "message:appUser", "postback"},
	}, &made)
	return made.Webhook.Secret, err
}

// token proves to the server, and to devices' SDKs, who a customer is. A real shop
// makes it after it checked a password.
func (s *shop) token(customer string) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"scope": "appUser", "userId": customer, "iat": s.now().Unix(), "exp": s.now().Add(time.Hour).Unix(),
	})
	t.Header["kid"] = s.key.Handle()
	return t.SignedString([]byte(s.key.Secret.Reveal()))
}

// signIn lets the sample customer in, and returns the website's own token. What was
// bought with another one before is the customer's now.
func (s *shop) signIn(before string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.signed) >= shopKeep {
		clear(s.signed)
	}
	token := rand.Text()
	s.signed[token] = shopCustomer
	for _, o := range s.orders {
		if before != "" && o.token == before && o.Customer == "" {
			o.Customer, o.token = shopCustomer, token
		}
	}
	return token
}

func (s *shop) customer(token string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signed[token]
}
