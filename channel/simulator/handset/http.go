package handset

import (
	"errors"
	"net/http"
	"strings"

	"heliograph/channel/simulator"
	"heliograph/client"
)

// request is what any act takes; each uses the fields that it names.
type request struct {
	On        bool   `json:"on,omitempty"`
	UserID    string `json:"userId,omitempty"`
	Push      string `json:"push,omitempty"`
	Text      string `json:"text,omitempty"`
	Message   string `json:"message,omitempty"` // of a notification, or of a message in the app
	Item      *int   `json:"item,omitempty"`
	Action    int    `json:"action,omitempty"`
	Proactive bool   `json:"proactive,omitempty"`
}

// handle registers what the simulator has for phones.
func (p *Provider) handle() {
	const root = "/sim/handsets"
	p.n.Handle("GET "+root, func(w http.ResponseWriter, _ *http.Request) {
		simulator.WriteJSON(w, http.StatusOK, map[string]any{"handsets": p.list()})
	})
	p.n.Handle("POST "+root, p.post)
	p.n.Handle("GET "+root+"/{id}", p.get)
	p.n.Handle("DELETE "+root+"/{id}", p.delete)
	for name, act := range acts() {
		p.n.Handle("POST "+root+"/{id}/"+name, p.acting(act))
	}
}

// act is something that a person does. It returns what is to be opened beside the
// phone, "" for nothing.
type act func(ph *phone, in *request) (link string, err error)

func acts() map[string]act {
	return map[string]act{
		"open":      func(ph *phone, _ *request) (string, error) { _, err := ph.open(); return "", err },
		"home":      func(ph *phone, _ *request) (string, error) { return "", ph.home() },
		"tap":       func(ph *phone, in *request) (string, error) { return "", ph.tap(in.Message) },
		"dismiss":   func(ph *phone, in *request) (string, error) { return "", ph.dismiss(in.Message) },
		"allow":     func(ph *phone, in *request) (string, error) { return "", ph.allow(in.On) },
		"login":     func(ph *phone, in *request) (string, error) { return "", ph.login(in.UserID) },
		"logout":    func(ph *phone, in *request) (string, error) { return "", ph.logout(in.Push) },
		"start":     func(ph *phone, _ *request) (string, error) { return "", ph.start() },
		"messages":  func(ph *phone, in *request) (string, error) { return "", ph.say(in.Text) },
		"typing":    func(ph *phone, in *request) (string, error) { return "", ph.write(in.On) },
		"install":   func(ph *phone, _ *request) (string, error) { ph.install(); return "", nil },
		"uninstall": func(ph *phone, _ *request) (string, error) { ph.uninstall(); return "", nil },
		"older":     func(ph *phone, _ *request) (string, error) { return "", ph.older() },
		"network":   func(ph *phone, in *request) (string, error) { return "", ph.connect(in.On) },
		"proactive": func(ph *phone, in *request) (string, error) { return "", ph.consent(in.Proactive) },
		"press": func(ph *phone, in *request) (string, error) {
			item := -1
			if in.Item != nil {
				item = *in.Item
			}
			return ph.press(in.Message, item, in.Action)
		},
	}
}

// acting serves an act. It answers how the phone is afterwards.
func (p *Provider) acting(do act) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ph := p.find(r.PathValue("id"))
		if ph == nil {
			noPhone().Write(w)
			return
		}
		var in request
		if r.ContentLength != 0 {
			if problem := simulator.ReadJSON(w, r, &in); problem != nil {
				problem.Write(w)
				return
			}
		}
		ph.turn.Lock()
		link, err := do(ph, &in)
		ph.turn.Unlock()
		ph.show()
		if err != nil {
			problemOf(err).Write(w)
			return
		}
		out := map[string]any{"handset": ph.state()}
		if strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") {
			out["link"] = link
		}
		simulator.WriteJSON(w, http.StatusOK, out)
	}
}

// post makes a phone with the app on it, or one anew.
func (p *Provider) post(w http.ResponseWriter, r *http.Request) {
	var in Spec
	problem := simulator.ReadJSON(w, r, &in)
	if problem == nil {
		var ph *phone
		if ph, problem = p.add(in); problem == nil {
			ph.turn.Lock()
			ph.install()
			ph.turn.Unlock()
			ph.show()
			simulator.WriteJSON(w, http.StatusCreated, map[string]any{"handset": ph.state()})
			return
		}
	}
	problem.Write(w)
}

func (p *Provider) get(w http.ResponseWriter, r *http.Request) {
	ph := p.find(r.PathValue("id"))
	if ph == nil {
		noPhone().Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"handset": ph.state()})
}

func (p *Provider) delete(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !p.remove(id) {
		noPhone().Write(w)
		return
	}
	p.n.Publish("thread", map[string]any{"channel": simulator.ChannelApp, "person": id, "state": nil})
	w.WriteHeader(http.StatusNoContent)
}

func noPhone() *simulator.Problem {
	return &simulator.Problem{Status: http.StatusNotFound, Code: "not_found", Message: "there is no such phone"}
}

// problemOf is what a person is told of an act that failed. What the server
// refused keeps its code.
func problemOf(err error) *simulator.Problem {
	if e, ok := errors.AsType[*client.Error](err); ok {
		return &simulator.Problem{Status: http.StatusBadGateway, Code: e.Code, Field: e.Field, Message: e.Error()}
	}
	return &simulator.Problem{Status: http.StatusConflict, Code: "not_possible", Message: err.Error()}
}
