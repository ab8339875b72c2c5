package mime

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Bounds of what is read of an HTML part.
const (
	maxHTML  = 512 << 10
	maxDepth = 200
)

// fromHTML returns what a person wrote in an HTML mail as text, without what
// their program quoted below it, and the Content-IDs of the pictures in it.
func fromHTML(source string) (text string, shown []string) {
	if len(source) > maxHTML {
		source = strings.ToValidUTF8(source[:maxHTML], "")
	}
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return "", nil
	}
	w := &htmlWalk{}
	w.walk(doc, 0)
	return tidyLines(w.b.String()), w.cids
}

type htmlWalk struct {
	b    strings.Builder
	cids []string
	pre  int
	done bool // the rest is quoted
}

func (w *htmlWalk) walk(n *html.Node, depth int) {
	if w.done || depth > maxDepth {
		return
	}
	if n.Type == html.TextNode {
		w.text(n.Data)
		return
	}
	if n.Type == html.ElementNode {
		if restIsQuoted(n) {
			w.done = true
			return
		}
		if isSkipped(n) {
			return
		}
		w.open(n)
		defer w.close(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.walk(c, depth+1)
	}
}

func (w *htmlWalk) text(s string) {
	if w.pre > 0 {
		w.b.WriteString(s)
		return
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' })
	if len(fields) == 0 {
		w.space()
		return
	}
	if strings.ContainsRune(" \n\t\r", rune(s[0])) {
		w.space()
	}
	w.b.WriteString(strings.Join(fields, " "))
	if strings.ContainsRune(" \n\t\r", rune(s[len(s)-1])) {
		w.space()
	}
}

func (w *htmlWalk) space() {
	if s := w.b.String(); s != "" && !strings.HasSuffix(s, " ") && !strings.HasSuffix(s, "\n") {
		w.b.WriteByte(' ')
	}
}

// line begins a new line, unless one has just begun.
func (w *htmlWalk) line() {
	if s := w.b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		w.b.WriteByte('\n')
	}
}

func (w *htmlWalk) open(n *html.Node) {
	switch n.DataAtom {
	case atom.Br:
		w.b.WriteByte('\n')
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.line()
	case atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Blockquote, atom.Section, atom.Article:
		w.line()
	case atom.Li:
		w.line()
		w.b.WriteString("- ")
	case atom.Td, atom.Th:
		w.space()
	case atom.Hr:
		w.line()
		w.b.WriteString("________________________________\n")
	case atom.Pre:
		w.line()
		w.pre++
	case atom.Img:
		if id, ok := strings.CutPrefix(attr(n, "src"), "cid:"); ok {
			w.cids = append(w.cids, id)
		}
	}
}

func (w *htmlWalk) close(n *html.Node) {
	switch n.DataAtom {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		// Outlook makes a paragraph of every line, without space between them.
		w.line()
		if !strings.Contains(attr(n, "class"), "MsoNormal") && !w.done {
			w.b.WriteByte('\n')
		}
	case atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Li, atom.Blockquote, atom.Section, atom.Article:
		w.line()
	case atom.Pre:
		w.pre--
		w.line()
	case atom.A:
		w.link(n)
	}
}

// link writes where a link leads, when its text does not say so.
func (w *htmlWalk) link(n *html.Node) {
	target := attr(n, "href")
	if !isWeb(target) || len(target) > 1000 || w.done {
		return
	}
	bareTarget := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(target, "https://"), "http://"), "/")
	written := w.b.String()
	if !strings.HasSuffix(written, bareTarget) && !strings.HasSuffix(written, bareTarget+"/") {
		w.b.WriteString(" (" + target + ")")
	}
}

// isSkipped reports whether an element holds nothing that the person wrote now.
func isSkipped(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Svg, atom.Object, atom.Iframe:
		return true
	case atom.Blockquote:
		return attr(n, "type") == "cite" || hasWord(attr(n, "class"), quoteClasses)
	}
	if hasWord(attr(n, "class"), quoteClasses) || hasWord(attr(n, "id"), quoteIDs) {
		return true
	}
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	return strings.Contains(style, "display:none") || strings.Contains(style, "mso-hide:all")
}

// Marks that mail programs put on what they quote, and on signatures.
var (
	quoteClasses = []string{
		"gmail_quote", "gmail_quote_container", "gmail_attr", "gmail_extra", "gmail_signature", "gmail_signature_prefix",
		"yahoo_quoted", "moz-cite-prefix", "moz-signature", "protonmail_quote", "protonmail_signature_block",
		"tutanota_quote", "zmail_extra", "WordSection1_quote", "AppleOriginalContents",
	}
	quoteIDs = []string{"Signature", "signature", "ms-outlook-mobile-signature", "AppleMailSignature", "zmail_extra", "x_Signature"}
	// After these elements of Outlook everything is quoted.
	restIDs = []string{"divRplyFwdMsg", "appendonsend", "x_divRplyFwdMsg", "x_appendonsend", "mail-editor-reference-message-container", "OLK_SRC_BODY_SECTION", "reply-intro", "isForwardContent", "isReplyContent"}
)

func restIsQuoted(n *html.Node) bool {
	if hasWord(attr(n, "id"), restIDs) {
		return true
	}
	// Outlook for Windows draws a line above what it quotes.
	style := strings.ReplaceAll(strings.ToLower(attr(n, "style")), " ", "")
	return n.DataAtom == atom.Div && strings.Contains(style, "border:none") &&
		(strings.Contains(style, "border-top:solid#e1e1e1") || strings.Contains(style, "border-top:solid#b5c4df"))
}

func hasWord(value string, words []string) bool {
	for v := range strings.FieldsSeq(value) {
		for _, w := range words {
			if v == w {
				return true
			}
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
