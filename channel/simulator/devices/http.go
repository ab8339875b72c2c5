package devices

import (
	"net/http"
	"strconv"

	"heliograph/channel/simulator"
)

// registration is what POST /sim/{service}/devices takes.
type registration struct {
	Token  string `json:"token"` // "": one is made up
	App    string `json:"app,omitempty"`
	Person string `json:"person,omitempty"`
}

// Handle serves the simulator's own endpoints for these devices, below
// /sim/{service}/devices. makeToken makes a token up, check refuses what cannot
// be one.
func (r *Registry) Handle(makeToken func() string, check func(token string) bool) {
	root := "/sim/" + r.service + "/devices"
	r.n.Handle("GET "+root, r.list)
	r.n.Handle("POST "+root, func(w http.ResponseWriter, q *http.Request) {
		var in registration
		if p := simulator.ReadJSON(w, q, &in); p != nil {
			p.Write(w)
			return
		}
		if in.Token == "" {
			in.Token = makeToken()
		}
		if !check(in.Token) {
			simulator.BadField("token", "is not a token of this service").Write(w)
			return
		}
		simulator.WriteJSON(w, http.StatusCreated, r.Add(Device{Token: in.Token, App: in.App, Person: in.Person}))
	})
	r.n.Handle("GET "+root+"/{token}", r.get)
	r.n.Handle("DELETE "+root+"/{token}", r.unregister)
}

func (r *Registry) list(w http.ResponseWriter, q *http.Request) {
	limit, err := strconv.Atoi(q.URL.Query().Get("limit"))
	if err != nil || limit < 0 {
		limit = 100
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"devices": r.List(limit)})
}

func (r *Registry) get(w http.ResponseWriter, q *http.Request) {
	d, ok := r.Find(q.PathValue("token"))
	if !ok {
		unknown().Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, d)
}

// unregister has a token die now, as when the app is removed. A token that nobody
// made known is dead from now on as well.
func (r *Registry) unregister(w http.ResponseWriter, q *http.Request) {
	token := q.PathValue("token")
	if _, ok := r.Find(token); !ok {
		r.Add(Device{Token: token})
	}
	r.Remove(token, r.n.Now())
	w.WriteHeader(http.StatusNoContent)
}

func unknown() *simulator.Problem {
	return &simulator.Problem{Status: http.StatusNotFound, Code: "not_found", Message: "there is no such device"}
}
