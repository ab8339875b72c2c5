package simulator

import (
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text     string
		encoding string
		parts    int
	}{
		"empty":                     {"", gsm7, 1},
		"160 septets":               {strings.Repeat("a", 160), gsm7, 1},
		"161 septets":               {strings.Repeat("a", 161), gsm7, 2},
		"306 septets":               {strings.Repeat("a", 306), gsm7, 2},
		"307 septets":               {strings.Repeat("a", 307), gsm7, 3},
		"extension counts twice":    {strings.Repeat("€", 80), gsm7, 1},
		"81 of the extension":       {strings.Repeat("€", 81), gsm7, 2},
		"escape does not straddle":  {strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), gsm7, 3},
		"basic set beyond ASCII":    {"@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\r\n", gsm7, 1},
		"backtick is not in it":     {"`", ucs2, 1},
		"70 units":                  {strings.Repeat("ж", 70), ucs2, 1},
		"71 units":                  {strings.Repeat("ж", 71), ucs2, 2},
		"134 units":                 {strings.Repeat("ж", 134), ucs2, 2},
		"135 units":                 {strings.Repeat("ж", 135), ucs2, 3},
		"35 pairs":                  {strings.Repeat("👋", 35), ucs2, 1},
		"66 pairs, none is split":   {strings.Repeat("👋", 66), ucs2, 2},
		"67 pairs need a third":     {strings.Repeat("👋", 67), ucs2, 3},
		"a curly quote changes all": {strings.Repeat("a", 100) + "’", ucs2, 2},
	} {
		encoding, parts := split(c.text)
		if encoding != c.encoding || parts != c.parts {
			t.Errorf("%s: %s in %d, want %s in %d", name, encoding, parts, c.encoding, c.parts)
		}
	}
	if got := smartEncode("‘a’ “b” – … x"); got != `'a' "b" - ... x` {
		t.Errorf("smart encoding: %q", got)
	}
}
