package mime

import (
	"html/template"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// footerText is what the unsubscribe link says.
const footerText = "Unsubscribe"

// page is what the HTML of a mail shows.
type page struct {
	Title, Author string
	Paragraphs    []paragraph
	Image         *picture
	File          *button
	Buttons       []button
	Cards         []card
	App           string
	Unsubscribe   string
	Footer        string
}

type (
	paragraph []line
	line      []run
	// run is text, or a link when URL is set.
	run     struct{ Text, URL string }
	picture struct{ URL, Alt string }
	// button has a URL that was looked at: of the web, or a phone or a mailbox.
	button struct {
		Text string
		URL  template.URL
	}
	card struct {
		Title   string
		Text    []paragraph
		Image   *picture
		Buttons []button
	}
)

// pageOf returns the HTML of a mail. Everything in it is escaped by where it
// stands; links that are neither to the web nor to a phone or a mailbox are left
// out.
func pageOf(c *heliograph.Content, title string, about *channel.About, unsubscribe string) (string, error) {
	p := page{Title: title, Author: c.Author.Name, App: about.App, Unsubscribe: unsubscribe, Footer: footerText}
	if c.Native != nil && c.Native.Fallback != "" {
		p.Paragraphs = paragraphs(c.Native.Fallback)
	} else {
		p.fill(c)
	}
	var b strings.Builder
	err := layout.Execute(&b, &p)
	return b.String(), err
}

func (p *page) fill(c *heliograph.Content) {
	p.Paragraphs = paragraphs(c.Text)
	p.Buttons = buttons(c.Actions)
	switch c.Type {
	case heliograph.ImageMessage:
		p.Image = pictureOf(c.MediaURL, c.AltText)
	case heliograph.FileMessage:
		if isWeb(c.MediaURL) {
			p.File = &button{Text: fileName(c), URL: template.URL(c.MediaURL)}
		}
	case heliograph.LocationMessage:
		if c.Text == "" {
			p.Paragraphs = paragraphs(c.Summary())
		}
	case heliograph.CarouselMessage, heliograph.ListMessage:
		for i := range c.Items {
			item := &c.Items[i]
			p.Cards = append(p.Cards, card{
				Title: item.Title, Text: paragraphs(item.Description),
				Image: pictureOf(item.MediaURL, item.AltText), Buttons: buttons(item.Actions),
			})
		}
	}
}

func pictureOf(url, alt string) *picture {
	if !isWeb(url) {
		return nil
	}
	return &picture{URL: url, Alt: alt}
}

// fileName is what a link to a file says.
func fileName(c *heliograph.Content) string {
	if c.AltText != "" {
		return c.AltText
	}
	path, _, _ := strings.Cut(c.MediaURL, "?")
	if name := path[strings.LastIndexByte(path, '/')+1:]; name != "" {
		return name
	}
	return c.MediaURL
}

func buttons(actions []heliograph.Action) (out []button) {
	for i := range actions {
		if target := linkOf(&actions[i]); isWeb(target) || isContact(target) {
			out = append(out, button{Text: actions[i].Text, URL: template.URL(target)})
		}
	}
	return out
}

func isContact(target string) bool {
	return strings.HasPrefix(target, "tel:") || strings.HasPrefix(target, "mailto:")
}

// paragraphs parts text at empty lines, and makes links of what looks like one.
func paragraphs(text string) (out []paragraph) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	var p paragraph
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) == "" {
			if p != nil {
				out, p = append(out, p), nil
			}
			continue
		}
		p = append(p, linked(l))
	}
	if p != nil {
		out = append(out, p)
	}
	return out
}

// linked finds the URLs in a line.
func linked(s string) (out line) {
	for s != "" {
		at := urlAt(s)
		if at < 0 {
			return append(out, run{Text: s})
		}
		end := at + urlEnd(s[at:])
		if at > 0 {
			out = append(out, run{Text: s[:at]})
		}
		if u := s[at:end]; isWeb(u) {
			out = append(out, run{Text: u, URL: u})
		} else {
			out = append(out, run{Text: u})
		}
		s = s[end:]
	}
	return out
}

func urlAt(s string) int {
	a, b := strings.Index(s, "https://"), strings.Index(s, "http://")
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

// urlEnd is where a URL ends that s begins with: at a space or a character that
// no URL holds, without the punctuation of the sentence around it.
func urlEnd(s string) int {
	end := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`<>"{}|\^`+"`", r) })
	if end < 0 {
		end = len(s)
	}
	for trimmed := strings.TrimRight(s[:end], ".,;:!?'"); len(trimmed) < end; trimmed = strings.TrimRight(s[:end], ".,;:!?'") {
		end = len(trimmed)
	}
	if strings.HasSuffix(s[:end], ")") && !strings.Contains(s[:end], "(") {
		end--
	}
	return end
}

// layout is plain on purpose: mail programs know tables and inline styles, and
// little else. It reads in dark and in light, on phones and on paper.
var layout = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
</head>
<body style="margin:0;padding:0">
{{- define "text"}}{{range .}}
<p style="margin:0 0 16px">{{range $i, $line := .}}{{if $i}}<br>{{end}}{{range $line}}{{if .URL}}<a href="{{.URL}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}{{end}}</p>{{end}}{{end}}
{{- define "image"}}
<p style="margin:0 0 16px"><img src="{{.URL}}" alt="{{.Alt}}" style="max-width:100%;height:auto;border:0"></p>{{end}}
{{- define "buttons"}}{{range .}}
<p style="margin:0 0 12px"><a href="{{.URL}}" style="display:inline-block;padding:10px 18px;border-radius:6px;background-color:#1f5fbf;color:#ffffff;text-decoration:none;font-weight:bold">{{.Text}}</a></p>{{end}}{{end}}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px"><tr><td style="font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;text-align:left">
{{- if .Author}}
<p style="margin:0 0 16px;font-weight:bold">{{.Author}}</p>{{end}}
{{- template "text" .Paragraphs}}
{{- with .Image}}{{template "image" .}}{{end}}
{{- with .File}}
<p style="margin:0 0 16px"><a href="{{.URL}}">{{.Text}}</a></p>{{end}}
{{- range .Cards}}
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border:1px solid #c9ced6;border-radius:6px;margin:0 0 16px"><tr><td style="padding:16px">
{{- with .Image}}{{template "image" .}}{{end}}
<p style="margin:0 0 8px;font-weight:bold">{{.Title}}</p>
{{- template "text" .Text}}
{{- template "buttons" .Buttons}}
</td></tr></table>{{end}}
{{- template "buttons" .Buttons}}
{{- if .Unsubscribe}}
<p style="margin:24px 0 0;padding:12px 0 0;border-top:1px solid #c9ced6;font-size:13px;line-height:18px">{{with .App}}{{.}} · {{end}}<a href="{{.Unsubscribe}}">{{.Footer}}</a></p>{{end}}
</td></tr></table>
</td></tr></table>
</body>
</html>
`))
