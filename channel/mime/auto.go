package mime

import (
	"strings"

	"github.com/emersion/go-message/mail"
)

// isAutomatic reports whether a machine wrote a mail: an out-of-office note, a
// notice of receipt, a list.
func isAutomatic(h *mail.Header) bool {
	first := func(name string) string {
		word, _, _ := strings.Cut(h.Get(name), ";")
		return strings.ToLower(strings.TrimSpace(word))
	}
	if v := first("Auto-Submitted"); v != "" && v != "no" {
		return true
	}
	switch first("Precedence") {
	case "bulk", "auto_reply", "auto-reply", "list", "junk":
		return true
	}
	for _, name := range []string{"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply"} {
		if v := first(name); v != "" && v != "no" && v != "false" {
			return true
		}
	}
	return h.Has("List-Id") || strings.TrimSpace(h.Get("Return-Path")) == "<>"
}
