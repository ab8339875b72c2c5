package unsubscribe

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
)

// state is what a page has to say.
type state string

const (
	asked   state = "asked"   // whether to unsubscribe
	gone    state = "gone"    // unsubscribed
	back    state = "back"    // subscribed again
	unknown state = "unknown" // the link is not ours
	broken  state = "broken"  // it did not work, for now
)

// view is what a page shows.
type view struct {
	State        state
	App, Address string
	Style        template.CSS
}

// style is the same for all pages. It leaves colours to the reader's own choice
// of light and dark.
const style = `:root{color-scheme:light dark}body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.25rem}
h1{font-size:1.5rem;line-height:1.25}button{font:inherit;font-weight:600;padding:.7rem 1.3rem;border-radius:.5rem;border:2px solid #1f5fbf;background:#1f5fbf;color:#fff;cursor:pointer}
button.quiet{background:none;color:inherit}button:focus-visible{outline:3px solid #e8a33d;outline-offset:2px}strong{overflow-wrap:anywhere}`

var layout = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{{if eq .State "asked"}}Unsubscribe{{else if eq .State "gone"}}You are unsubscribed{{else if eq .State "back"}}You are subscribed{{else if eq .State "unknown"}}Link not found{{else}}Please try again{{end}}{{with .App}} – {{.}}{{end}}</title>
<style>{{.Style}}</style>
</head>
<body>
<main>
{{- if eq .State "asked"}}
<h1>Unsubscribe{{with .App}} from {{.}}{{end}}?</h1>
<p><strong>{{.Address}}</strong> will get no more messages from this sender.</p>
<form method="post"><button name="action" value="unsubscribe">Unsubscribe</button></form>
{{- else if eq .State "gone"}}
<h1 role="status">You are unsubscribed</h1>
<p><strong>{{.Address}}</strong> gets no more messages{{with .App}} from {{.}}{{end}} here.</p>
<form method="post"><button class="quiet" name="action" value="subscribe">That was a mistake: subscribe again</button></form>
{{- else if eq .State "back"}}
<h1 role="status">You are subscribed</h1>
<p><strong>{{.Address}}</strong> gets messages{{with .App}} from {{.}}{{end}} again.</p>
<form method="post"><button class="quiet" name="action" value="unsubscribe">Unsubscribe</button></form>
{{- else if eq .State "unknown"}}
<h1>This link leads nowhere</h1>
<p>Please use the link in the message as it is, whole. If that does not help, answer the message instead.</p>
{{- else}}
<h1>That did not work</h1>
<p>Please try again in a minute.</p>
<form method="post"><button name="action" value="unsubscribe">Unsubscribe</button></form>
{{- end}}
</main>
</body>
</html>
`))

// show writes a page. It loads nothing, it cannot be framed, and it tells nobody
// where the reader came from: the link is a key.
func show(w http.ResponseWriter, r *http.Request, status int, v view) {
	v.Style = style
	var b bytes.Buffer
	if err := layout.Execute(&b, &v); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	sum := sha256.Sum256([]byte(style))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes())
	}
}
