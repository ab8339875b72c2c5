package mailbox

import (
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// frame is what the browser may do with a mail: show it. Its links open apart,
// where they are ordinary pages again.
const frame = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; " +
	"img-src 'self' data: http: https:; style-src 'unsafe-inline'; font-src data:; form-action 'none'; base-uri 'none'"

// getHTML answers the markup of a mail, made harmless, for a frame. ?pictures=no
// leaves out what lies elsewhere, so that looking tells nobody.
func (b *Boxes) getHTML(w http.ResponseWriter, r *http.Request, m Mail) {
	here := "/sim/mailboxes/" + url.PathEscape(m.Box) + "/mails/" + m.ID + "/files/"
	elsewhere := r.URL.Query().Get("pictures") != "no"
	link := func(address string) string { return Harmless(address, "http", "https", "mailto", "tel") }
	image := func(address string) string {
		if id, ok := strings.CutPrefix(address, "cid:"); ok {
			for i, f := range m.Files {
				if f.ContentID == id {
					return here + strconv.Itoa(i)
				}
			}
			return ""
		}
		if strings.HasPrefix(address, "data:image/") {
			return address
		}
		if !elsewhere {
			return ""
		}
		return Harmless(address, "http", "https")
	}
	secure(w, frame)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	markup := m.HTML
	if markup == "" {
		markup = "<p>" + paragraphs(m.Text) + "</p>"
	}
	_, _ = w.Write([]byte(Sanitized(markup, link, image)))
}

func secure(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// getRaw answers a mail as it came.
func (b *Boxes) getRaw(w http.ResponseWriter, _ *http.Request, m Mail) {
	secure(w, "sandbox; default-src 'none'")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(m.Raw)
}

// getFile answers a file of a mail: pictures to be shown, all else to be saved.
func (b *Boxes) getFile(w http.ResponseWriter, r *http.Request, m Mail) {
	i, err := strconv.Atoi(r.PathValue("file"))
	if err != nil || i < 0 || i >= len(m.Files) {
		notFound("the mail has no such file").Write(w)
		return
	}
	f := m.Files[i]
	secure(w, "sandbox; default-src 'none'")
	disposition := "attachment"
	switch f.Type {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		disposition = "inline"
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	_, _ = w.Write(f.Data)
}
