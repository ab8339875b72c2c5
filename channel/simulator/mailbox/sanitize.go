package mailbox

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Sanitized returns the markup of a mail without what could act: scripts,
// frames, forms, handlers, and addresses that are not http, https or mailto.
// link turns the address of a link, and image that of a picture, into what a
// reader's browser may ask for; "" takes it out.
func Sanitized(markup string, link, image func(string) string) string {
	doc, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		return ""
	}
	clean(doc, link, image)
	var out strings.Builder
	if err := html.Render(&out, doc); err != nil {
		return ""
	}
	return out.String()
}

// dropped says whether an element goes with all that is in it.
func dropped(a atom.Atom, name string) bool {
	switch a {
	case atom.Script, atom.Noscript, atom.Iframe, atom.Frame, atom.Frameset, atom.Object, atom.Embed, atom.Applet,
		atom.Form, atom.Input, atom.Button, atom.Select, atom.Textarea, atom.Base, atom.Meta, atom.Link,
		atom.Svg, atom.Math, atom.Template, atom.Audio, atom.Video, atom.Dialog:
		return true
	}
	return strings.Contains(name, "-") || strings.Contains(name, ":")
}

func clean(n *html.Node, link, image func(string) string) {
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		if child.Type == html.CommentNode || child.Type == html.ElementNode && dropped(child.DataAtom, child.Data) {
			n.RemoveChild(child)
		} else {
			clean(child, link, image)
		}
		child = next
	}
	if n.Type != html.ElementNode {
		return
	}
	attributes := n.Attr[:0]
	for _, a := range n.Attr {
		if a, ok := cleanAttribute(n, a, link, image); ok {
			attributes = append(attributes, a)
		}
	}
	n.Attr = attributes
	if n.DataAtom == atom.A {
		n.Attr = append(n.Attr, html.Attribute{Key: "target", Val: "_blank"}, html.Attribute{Key: "rel", Val: "noopener noreferrer"})
	}
}

func cleanAttribute(n *html.Node, a html.Attribute, link, image func(string) string) (html.Attribute, bool) {
	key := strings.ToLower(a.Key)
	switch {
	case a.Namespace != "" || strings.HasPrefix(key, "on"):
		return a, false
	case key == "href" && (n.DataAtom == atom.A || n.DataAtom == atom.Area):
		a.Val = link(a.Val)
		return a, a.Val != ""
	case key == "src" && n.DataAtom == atom.Img, key == "background":
		a.Val = image(a.Val)
		return a, a.Val != ""
	case key == "style":
		return a, !strings.Contains(strings.ToLower(a.Val), "expression(")
	}
	return a, slices.Contains(plainAttributes(), key)
}

// plainAttributes change only how something looks or reads.
func plainAttributes() []string {
	return []string{"align", "alt", "aria-label", "aria-hidden", "bgcolor", "border", "cellpadding", "cellspacing",
		"class", "color", "colspan", "dir", "face", "height", "hspace", "id", "lang", "role", "rowspan", "scope", "size",
		"start", "summary", "title", "type", "valign", "vspace", "width", "charset"}
}

// Harmless returns an address that may be followed, "" for every other.
func Harmless(address string, schemes ...string) string {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(schemes, strings.ToLower(u.Scheme)) {
		return ""
	}
	return address
}

// Links returns the addresses of the links of a mail.
func Links(p *Parsed) []string {
	out := []string{}
	take := func(address string) {
		if address = Harmless(address, "http", "https"); address != "" && !slices.Contains(out, address) {
			out = append(out, address)
		}
	}
	Sanitized(p.HTML, func(address string) string { take(address); return "" }, func(string) string { return "" })
	for word := range strings.FieldsSeq(p.Text) {
		if at := strings.Index(word, "http"); at >= 0 {
			take(strings.TrimRight(word[at:], ".,;:!?)>]\"'"))
		}
	}
	return out
}
