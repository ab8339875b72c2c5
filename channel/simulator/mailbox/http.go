package mailbox

import (
	"net/http"
	"strconv"

	"heliograph/channel/simulator"
)

// Handle registers the mailboxes' own endpoints.
func (b *Boxes) Handle(handle func(pattern string, h http.HandlerFunc)) {
	const box = "/sim/mailboxes/{address}"
	const one = box + "/mails/{id}"
	handle("GET /sim/mailboxes", b.getBoxes)
	handle("GET "+box, b.getBox)
	handle("POST "+box, b.postBox)
	handle("POST "+box+"/mails", b.postMail)
	handle("GET "+one, b.with(b.getMail))
	handle("GET "+one+"/html", b.with(b.getHTML))
	handle("GET "+one+"/raw", b.with(b.getRaw))
	handle("GET "+one+"/files/{file}", b.with(b.getFile))
	handle("POST "+one+"/read", b.with(b.postRead))
	handle("POST "+one+"/open", b.with(b.postOpen))
	handle("POST "+one+"/click", b.with(b.postClick))
	handle("POST "+one+"/reply", b.with(b.postReply))
	handle("POST "+one+"/unsubscribe", b.with(b.postUnsubscribe))
	handle("POST "+one+"/spam", b.with(b.postSpam))
	handle("GET /sim/mail/routes", b.getRoutes)
	handle("POST /sim/mail/routes", b.postRoute)
	handle("DELETE /sim/mail/routes", b.deleteRoutes)
}

func (b *Boxes) getBoxes(w http.ResponseWriter, _ *http.Request) {
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"mailboxes": b.List()})
}

// getBox answers a mailbox with its mails, the newest first; ?limit= bounds them
// (100). Every address is a mailbox.
func (b *Boxes) getBox(w http.ResponseWriter, r *http.Request) {
	limit := 100
	if n, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && n >= 0 {
		limit = n
	}
	summary, mails := b.Mails(r.PathValue("address"), limit)
	out := []View{}
	for i := range mails {
		out = append(out, mails[i].Show(false))
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"mailbox": summary, "mails": out})
}

// postBox makes a mailbox answer by itself, or no longer.
func (b *Boxes) postBox(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Absent string `json:"absent"`
	}
	if p := simulator.ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, b.SetAbsent(r.PathValue("address"), in.Absent))
}

// with finds the mail that a request names.
func (b *Boxes) with(use func(http.ResponseWriter, *http.Request, Mail)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, ok := b.Get(r.PathValue("address"), r.PathValue("id"))
		if !ok {
			notFound("there is no such mail in this mailbox").Write(w)
			return
		}
		use(w, r, m)
	}
}

func notFound(words string) *simulator.Problem {
	return &simulator.Problem{Status: http.StatusNotFound, Code: "not_found", Message: words}
}

func (b *Boxes) getMail(w http.ResponseWriter, _ *http.Request, m Mail) {
	simulator.WriteJSON(w, http.StatusOK, m.Show(true))
}

func (b *Boxes) postRead(w http.ResponseWriter, _ *http.Request, m Mail) {
	b.MarkRead(m)
	w.WriteHeader(http.StatusNoContent)
}

// onBehalf is what can be said of an action that a program may do too.
type onBehalf struct {
	Bot bool   `json:"bot"`
	URL string `json:"url"` // of a click
}

// postOpen loads the pictures of a mail, as reading it does.
func (b *Boxes) postOpen(w http.ResponseWriter, r *http.Request, m Mail) {
	in := onBehalf{}
	if p := simulator.ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"fetched": b.Open(r.Context(), m, in.Bot)})
}

// postClick follows one link of a mail: the one that is named, else the first.
func (b *Boxes) postClick(w http.ResponseWriter, r *http.Request, m Mail) {
	in := onBehalf{}
	p := simulator.ReadJSON(w, r, &in)
	if p == nil && in.URL == "" {
		if links := Links(m.Parsed); len(links) > 0 {
			in.URL = links[0]
		}
	}
	if p == nil && Harmless(in.URL, "http", "https") == "" {
		p = simulator.BadField("url", "is not the address of a link")
	}
	if p != nil {
		p.Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, b.Click(r.Context(), m, in.URL, in.Bot))
}

func (b *Boxes) postUnsubscribe(w http.ResponseWriter, r *http.Request, m Mail) {
	in := struct {
		How string `json:"how"` // none: as a mailbox provider would
	}{}
	if p := simulator.ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	if in.How == "" {
		in.How = OneClick
		if o := m.Unsubscription(); !o.OneClick && o.Mail != "" {
			in.How = ByMail
		}
	}
	told, ok := b.Unsubscribe(r.Context(), m, in.How)
	if !ok {
		(&simulator.Problem{Status: http.StatusConflict, Code: "not_offered", Field: "how",
			Message: "the mail does not offer to unsubscribe by " + in.How}).Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, told)
}

// postSpam marks a mail as spam. "told" is null where the sender never learns it.
func (b *Boxes) postSpam(w http.ResponseWriter, r *http.Request, m Mail) {
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"told": b.CallSpam(r.Context(), m)})
}

func (b *Boxes) getRoutes(w http.ResponseWriter, _ *http.Request) {
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"routes": b.routes.List()})
}

func (b *Boxes) postRoute(w http.ResponseWriter, r *http.Request) {
	var in Route
	p := simulator.ReadJSON(w, r, &in)
	switch {
	case p != nil:
	case in.Match == "":
		p = simulator.BadField("match", "is needed: an address, with a star at its start or end for anything")
	case (in.SMTP == "") == (in.URL == ""):
		p = simulator.BadField("smtp", "or url is needed, and not both")
	case in.URL != "" && !simulator.IsWebhook(in.URL):
		p = simulator.BadField("url", "is not an http or https URL")
	}
	if p != nil {
		p.Write(w)
		return
	}
	b.routes.Set(in)
	b.getRoutes(w, r)
}

// deleteRoutes removes the route of ?match=, or all.
func (b *Boxes) deleteRoutes(w http.ResponseWriter, r *http.Request) {
	b.routes.Remove(r.URL.Query().Get("match"))
	b.getRoutes(w, r)
}
