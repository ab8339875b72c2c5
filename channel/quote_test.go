package channel_test

import (
	"strings"
	"testing"

	"heliograph/channel"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text, want string
	}{
		{"ok", "ok"},
		{" spaced \n", "spaced"},
		{"the key s3cret is wrong, s3cret!", "the key … is wrong, …!"},
		{"a\x00b\xff", "ab\uFFFD"},
		{strings.Repeat("é", 300), strings.Repeat("é", 300)},
		{strings.Repeat("é", 301), strings.Repeat("é", 300) + "…"},
	} {
		if got := channel.Quote(tt.text, "", "s3cret"); got != tt.want {
			t.Errorf("%q: %q", tt.text, got)
		}
	}
}
