package mailgun

import (
	"net/http"
	"strconv"

	"heliograph/channel/simulator"
)

// pixel plays the picture that tells of an opening.
func (p *Provider) pixel(w http.ResponseWriter, r *http.Request) {
	p.happened(r.PathValue("sid"), simulator.Step{Status: opened}, r.UserAgent(), "")
	w.Header().Set("Content-Type", "image/gif")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
}

// click plays a covered link: it is told of, and leads on. Only links that were
// in a mail lead anywhere.
func (p *Provider) click(w http.ResponseWriter, r *http.Request) {
	i, err := strconv.Atoi(r.PathValue("link"))
	p.mu.Lock()
	one := p.sent[r.PathValue("sid")]
	p.mu.Unlock()
	if one == nil || err != nil || i < 0 || i >= len(one.links) {
		http.NotFound(w, r)
		return
	}
	p.happened(one.sid, simulator.Step{Status: clicked}, r.UserAgent(), one.links[i])
	http.Redirect(w, r, one.links[i], http.StatusFound)
}

// unsubscribePage shows what a person unsubscribes from. Looking does nothing.
func (p *Provider) unsubscribePage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; style-src 'unsafe-inline'")
	_, _ = w.Write([]byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<title>Unsubscribe</title><body style="font:16px system-ui;margin:3rem auto;max-width:30rem;padding:0 1rem">` +
		`<h1>Unsubscribe</h1><p>You will receive no more mail of this sender.</p><form method="post"><button>Unsubscribe</button></form>`))
}

func (p *Provider) unsubscribe(w http.ResponseWriter, r *http.Request) {
	if _, ok := p.happened(r.PathValue("sid"), simulator.Step{Status: unsubscribed}, r.UserAgent(), ""); !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("You are unsubscribed.\n"))
}
