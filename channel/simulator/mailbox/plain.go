package mailbox

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainOf returns the words of markup.
func PlainOf(markup string) string {
	doc, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		return ""
	}
	var out strings.Builder
	words(doc, &out)
	lines := []string{}
	for line := range strings.Lines(out.String()) {
		line = strings.Join(strings.Fields(line), " ")
		if line != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, line)
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func words(n *html.Node, out *strings.Builder) {
	if n.Type == html.TextNode {
		out.WriteString(strings.ReplaceAll(n.Data, "\n", " "))
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title:
		return
	case atom.Br:
		out.WriteString("\n")
	}
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		words(child, out)
	}
	switch n.DataAtom {
	case atom.P, atom.Div, atom.Tr, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.Blockquote, atom.Table, atom.Ul, atom.Ol:
		out.WriteString("\n")
	}
}

// Stripped returns what a person wrote in an answer, without what it quotes and
// without a signature, which it returns apart.
func Stripped(text string) (words, signature string) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	end := len(lines)
	for i, line := range lines {
		if quotes(lines, i) {
			end = i
			break
		}
		if line == "-- " || line == "--" {
			end = i
			rest := lines[i:]
			for k := range rest {
				if quotes(rest, k) {
					rest = rest[:k]
					break
				}
			}
			signature = strings.TrimSpace(strings.Join(rest, "\n"))
			break
		}
	}
	return strings.TrimSpace(strings.Join(lines[:end], "\n")), signature
}

// quotes says whether from this line on a mail quotes another.
func quotes(lines []string, i int) bool {
	line := strings.TrimSpace(lines[i])
	if strings.HasPrefix(line, ">") {
		return true
	}
	intro := strings.HasPrefix(line, "On ") && strings.HasSuffix(line, "wrote:")
	return intro || strings.HasPrefix(line, "-----Original Message-----")
}
