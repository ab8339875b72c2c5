package content

import (
	"strconv"
	"strings"

	"heliograph"
)

// block is one thing that is written in a text. One field is set.
type block struct {
	action *heliograph.Action
	image  *heliograph.Content
	stored string
	pairs  []pair
}

type pair struct{ key, value string }

// readBlock reads the block that s begins with, and returns how many bytes of s
// it takes; 0 when s begins with none.
func readBlock(s string) (*block, int) {
	if len(s) < 2 {
		return nil, 0
	}
	switch s[:2] {
	case "%[":
		return readAction(s, linkAction)
	case "$[":
		return readAction(s, buyAction)
	case "![":
		return readImage(s)
	case "%(":
		return readStored(s, "%((template:", "))%")
	case "%{":
		return readStored(s, "%{{template:", "}}%")
	case "&(":
		return readTemplate(s)
	}
	return nil, 0
}

// readLabelled reads x[label](target). Brackets in the target may be nested.
func readLabelled(s string) (label, target string, n int) {
	label, rest, ok := strings.Cut(s[2:], "](")
	if !ok || strings.ContainsAny(label, "\r\n") {
		return "", "", 0
	}
	end := closing(rest)
	if end < 0 {
		return "", "", 0
	}
	return strings.TrimSpace(label), strings.TrimSpace(rest[:end]), len(s) - len(rest) + end + 1
}

// closing finds the bracket that ends s, on its first line: the one that closes
// what was opened, or else the first.
func closing(s string) int {
	depth, first := 0, -1
	for i := range len(s) {
		switch s[i] {
		case '\r', '\n':
			return first
		case '(':
			depth++
		case ')':
			if depth == 0 {
				return i
			}
			depth--
			if first < 0 {
				first = i
			}
		}
	}
	return first
}

func readAction(s string, of func(label, target string) *heliograph.Action) (*block, int) {
	label, target, n := readLabelled(s)
	if n == 0 || label == "" {
		return nil, 0
	}
	a := of(label, target)
	if a == nil || checkAction("", a) != nil {
		return nil, 0
	}
	return &block{action: a}, n
}

func linkAction(label, target string) *heliograph.Action {
	if target == "location" {
		return &heliograph.Action{Type: "locationRequest", Text: label}
	}
	for _, kind := range []string{"postback", "reply"} {
		if payload, ok := strings.CutPrefix(target, kind+":"); ok {
			return &heliograph.Action{Type: kind, Text: label, Payload: payload}
		}
	}
	return &heliograph.Action{Type: "link", Text: label, URI: target}
}

// buyAction reads an amount such as 25.00 or 25; it is kept in hundredths.
func buyAction(label, target string) *heliograph.Action {
	whole, cents, _ := strings.Cut(target, ".")
	if len(whole) > 12 || len(cents) > 2 || strings.HasSuffix(target, ".") {
		return nil
	}
	for len(cents) < 2 {
		cents += "0"
	}
	n, err := strconv.ParseUint(whole+cents, 10, 63)
	if err != nil || whole == "" {
		return nil
	}
	return &heliograph.Action{Type: "buy", Text: label, Amount: int64(n)}
}

func readImage(s string) (*block, int) {
	label, target, n := readLabelled(s)
	if n == 0 {
		return nil, 0
	}
	c := &heliograph.Content{Type: heliograph.ImageMessage, MediaURL: target, AltText: label}
	if validate("", c) != nil {
		return nil, 0
	}
	return &block{image: c}, n
}

func readStored(s, open, shut string) (*block, int) {
	rest, ok := strings.CutPrefix(s, open)
	if !ok {
		return nil, 0
	}
	name, _, ok := strings.Cut(rest, shut)
	if name := strings.TrimSpace(name); ok && name != "" && !strings.ContainsAny(name, "\r\n") {
		return &block{stored: name}, len(open) + strings.Index(rest, shut) + len(shut)
	}
	return nil, 0
}

// readTemplate reads &(( key=[[value]] … ))&, with at least one pair.
func readTemplate(s string) (*block, int) {
	rest, ok := strings.CutPrefix(s, "&((")
	if !ok {
		return nil, 0
	}
	b := &block{}
	for {
		rest = strings.TrimLeft(rest, " \t\r\n")
		if after, ok := strings.CutPrefix(rest, "))&"); ok {
			if len(b.pairs) == 0 {
				return nil, 0
			}
			return b, len(s) - len(after)
		}
		key, after, ok := strings.Cut(rest, "=[[")
		if !ok || !isKey(key) {
			return nil, 0
		}
		value, next, ok := strings.Cut(after, "]]")
		if !ok {
			return nil, 0
		}
		b.pairs = append(b.pairs, pair{key, value})
		rest = next
	}
}

func isKey(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return s != ""
}
