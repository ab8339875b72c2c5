package app

import (
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"heliograph"
)

//go:embed shop
var shopFiles embed.FS

var shopPage = template.Must(template.ParseFS(shopFiles, "shop/page.html"))

// routes are those of the shop's website, and of its webhook.
func (s *shop) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.front)
	for _, name := range []string{"shop.css", "shop.js"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, shopFiles, "shop/"+name)
		})
	}
	mux.HandleFunc("POST /sign-in", s.serveSignIn)
	mux.HandleFunc("POST /orders", s.serveBuy)
	mux.HandleFunc("GET /orders", s.serveOrders)
	mux.HandleFunc("POST /orders/{id}/buyer", s.serveBuyer)
	mux.HandleFunc("POST /orders/{id}/ship", s.serveShip)
	mux.HandleFunc("POST /webhook", s.told)
	return s.guarded(mux)
}

// guarded bounds bodies, and refuses what other pages of the browser send here.
func (s *shop) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if site := r.Header.Get("Sec-Fetch-Site"); r.Method == http.MethodPost && site != "" && site != "same-origin" && site != "none" {
			http.Error(w, "this is for the shop's own page", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func (s *shop) front(w http.ResponseWriter, _ *http.Request) {
	nonce := rand.Text()
	socket := "ws" + strings.TrimPrefix(s.server, "http")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// A strict policy, to show what the messenger needs: its server, and nothing else.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'self'; img-src 'self' data: blob: "+s.server+
		"; script-src 'nonce-"+nonce+"' "+s.server+"; connect-src 'self' "+s.server+" "+socket+"; frame-src https: http:; media-src data: blob:")
	_ = shopPage.Execute(w, map[string]any{
		"Shop": shopName, "Server": s.server, "Integration": s.integration, "Nonce": nonce, "Articles": articles(),
		"Customer": shopCustomerName, "Pages": s.pages,
	})
}

// serveSignIn signs the sample customer in. The token that proves it to the server
// is made here: its key must not be on a page.
func (s *shop) serveSignIn(w http.ResponseWriter, r *http.Request) {
	var in struct{ Token string }
	if !shopRead(w, r, &in) {
		return
	}
	proof, err := s.token(shopCustomer)
	if err != nil {
		shopFail(w, http.StatusInternalServerError, "the token could not be made")
		return
	}
	shopReply(w, map[string]string{"userId": shopCustomer, "name": shopCustomerName, "jwt": proof, "token": s.signIn(in.Token)})
}

func (s *shop) serveBuy(w http.ResponseWriter, r *http.Request) {
	var in struct{ Article, Token string }
	if !shopRead(w, r, &in) {
		return
	}
	customer, token := s.customer(in.Token), in.Token
	if token == "" {
		token = rand.Text()
	}
	o, ok := s.buy(in.Article, customer, token)
	if !ok {
		shopFail(w, http.StatusBadRequest, "there is no such article")
		return
	}
	shopReply(w, map[string]any{"order": o, "token": token})
}

func (s *shop) serveOrders(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	shopReply(w, map[string]any{"orders": s.placed(s.customer(token), token)})
}

func (s *shop) serveBuyer(w http.ResponseWriter, r *http.Request) {
	var in struct{ Token, User string }
	var id heliograph.UserID
	if !shopRead(w, r, &in) {
		return
	}
	if id.UnmarshalText([]byte(in.User)) != nil {
		shopFail(w, http.StatusBadRequest, "user is not the id of a user")
		return
	}
	s.outcome(w)(s.boughtBy(r.Context(), r.PathValue("id"), in.Token, in.User))
}

func (s *shop) serveShip(w http.ResponseWriter, r *http.Request) {
	s.outcome(w)(s.ship(r.PathValue("id")), nil)
}

// outcome answers what became of a change to an order.
func (s *shop) outcome(w http.ResponseWriter) func(done bool, err error) {
	return func(done bool, err error) {
		switch {
		case err != nil:
			s.log.Warn("the shop could not write to a customer", "err", err)
			shopFail(w, http.StatusBadGateway, "the messages' server refused")
		case !done:
			shopFail(w, http.StatusNotFound, "there is no such order of yours that this can be done with")
		default:
			shopReply(w, map[string]any{})
		}
	}
}

func shopRead(w http.ResponseWriter, r *http.Request, in any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(in)
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		shopFail(w, http.StatusRequestEntityTooLarge, "the body is too long")
	} else if err != nil {
		shopFail(w, http.StatusBadRequest, "a JSON body is expected")
	}
	return err == nil
}

func shopReply(w http.ResponseWriter, out any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(out)
}

func shopFail(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": why})
}
