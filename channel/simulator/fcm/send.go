package fcm

import (
	"net/http"
	"strings"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// send plays POST /v1/projects/{project}/messages:send.
func (p *Provider) send(w http.ResponseWriter, r *http.Request) {
	project := r.PathValue("project")
	if r.PathValue("verb") != "messages:send" {
		http.NotFound(w, r)
		return
	}
	given, e := p.admit(r.Header.Get("Authorization"), project)
	if e != nil {
		e.write(w)
		return
	}
	in, wrong := readRequest(w, r)
	to := ""
	if in.Message != nil {
		to = in.Message.Token
	}
	if wrong == nil && to == "" {
		wrong = badField("message.token", "Topics and conditions are not played here.")
	}
	if wrong != nil {
		wrong.write(w)
		return
	}
	fate := p.n.Decide(given.email, project, to)
	p.n.Wait(r.Context(), &fate)
	if fate.Answer == simulator.AnswerError {
		byCode(fate.Own).write(w)
		return
	}
	code := p.check(in.Message)
	if code != "" && fate.Answer == "" {
		byCode(code).write(w)
		return
	}
	if code == "" && fate.Takes() && !in.Validate {
		p.devices.Deliver(project, in.Message.push(p.n.Now()))
	}
	if devices.Answer(p.n, w, r, &fate, func(status int) { byCode(codeOf(status)).write(w) }) {
		return
	}
	name := "fake_message_id"
	if !in.Validate {
		name = "0:" + strings.ToLower(p.n.Hex(""))
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"name": "projects/" + project + "/messages/" + name})
}

// check refuses a message whose token nothing can be sent to, by its code.
func (p *Provider) check(m *message) (code string) {
	if !IsToken(m.Token) {
		return "INVALID_ARGUMENT"
	}
	d, known := p.devices.Find(m.Token)
	switch {
	case !known && p.own.Get().Strict:
		return "INVALID_ARGUMENT"
	case known && d.Gone != nil:
		return "UNREGISTERED"
	case known && m.Android != nil && m.Android.Package != "" && d.App != "" && d.App != m.Android.Package:
		return "SENDER_ID_MISMATCH"
	}
	return ""
}

func codeOf(status int) string {
	switch status {
	case http.StatusTooManyRequests:
		return "QUOTA_EXCEEDED"
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	}
	return "INTERNAL"
}
