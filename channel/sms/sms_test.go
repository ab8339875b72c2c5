package sms_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"heliograph/channel/sms"
)

// The alphabet as 3GPP TS 23.038 prints it: the default table, then the
// extension table. It is spelled out here, apart from the code it checks.
const (
	defaultTable = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extensionTable = "\f^{}\\[~]|€"
)

func TestAlphabet(t *testing.T) {
	t.Parallel()
	if n := len([]rune(defaultTable)); n != 127 { // 128 code points less the escape itself
		t.Fatalf("the default table has %d characters", n)
	}
	for r := rune(0); r < 0x3100; r++ {
		want := sms.Segments{Encoding: sms.UCS2, Units: 1, Parts: 1}
		switch {
		case strings.ContainsRune(defaultTable, r):
			want.Encoding = sms.GSM7
		case strings.ContainsRune(extensionTable, r):
			want.Encoding, want.Units = sms.GSM7, 2
		}
		if got := sms.Segment(string(r)); got != want {
			t.Errorf("%U is %+v, want %+v", r, got, want)
		}
	}
}

func TestSegment(t *testing.T) {
	t.Parallel()
	x := strings.Repeat
	tests := []struct {
		name, text   string
		encoding     sms.Encoding
		units, parts int
	}{
		{"nothing", "", sms.GSM7, 0, 0},
		{"the most in one part", x("a", 160), sms.GSM7, 160, 1},
		{"one more", x("a", 161), sms.GSM7, 161, 2},
		{"two full parts", x("a", 306), sms.GSM7, 306, 2},
		{"three parts", x("a", 307), sms.GSM7, 307, 3},
		{"eighty escapes in one part", x("€", 80), sms.GSM7, 160, 1},
		{"an escape makes it two", x("a", 159) + "€", sms.GSM7, 161, 2},
		{"an escape at the edge goes over whole", x("a", 152) + "€" + x("a", 152), sms.GSM7, 306, 3},
		{"an escape that just fits", x("a", 151) + "€" + x("a", 153), sms.GSM7, 306, 2},
		{"only escapes: 76 in a part", x("[", 152), sms.GSM7, 304, 2},
		{"only escapes: one more", x("[", 153), sms.GSM7, 306, 3},
		{"seventy units", x("ж", 70), sms.UCS2, 70, 1},
		{"seventy-one", x("ж", 71), sms.UCS2, 71, 2},
		{"134 fill two", x("ж", 134), sms.UCS2, 134, 2},
		{"one curly quote", x("a", 69) + "’", sms.UCS2, 70, 1},
		{"one curly quote too many", x("a", 70) + "’", sms.UCS2, 71, 2},
		{"thirty-five emoji", x("😀", 35), sms.UCS2, 70, 1},
		{"thirty-six emoji: 33 in a part", x("😀", 36), sms.UCS2, 72, 2},
		{"sixty-seven emoji", x("😀", 67), sms.UCS2, 134, 3},
		{"a pair at the edge goes over whole", x("ж", 66) + "😀" + x("ж", 66), sms.UCS2, 134, 3},
		{"a family counts in units, not in what is seen", "👨‍👩‍👧", sms.UCS2, 8, 1},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want := sms.Segments{Encoding: tc.encoding, Units: tc.units, Parts: tc.parts}
			if got := sms.Segment(tc.text); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			check(t, tc.text)
		})
	}
}

// check holds for every valid text.
func check(t *testing.T, text string) {
	t.Helper()
	s, parts := sms.Segment(text), sms.Split(text)
	if joined := strings.Join(parts, ""); joined != text {
		t.Fatalf("the parts of %q are %q", text, parts)
	}
	if len(parts) != s.Parts {
		t.Fatalf("%q: %d parts were counted, %d made", text, s.Parts, len(parts))
	}
	single, room := 160, 153
	if s.Encoding == sms.UCS2 {
		single, room = 70, 67
	}
	if len(parts) == 1 {
		room = single
	}
	total := 0
	for i, p := range parts {
		n := plainCount(p, s.Encoding)
		total += n
		switch {
		case n > room:
			t.Fatalf("part %d of %q has %d units", i, text, n)
		case i+1 < len(parts) && n < room-1:
			t.Fatalf("part %d of %q wastes room: %d units", i, text, n)
		case s.Parts > 1 && i == 0 && plainCount(text, s.Encoding) <= single:
			t.Fatalf("%q fits in one part", text)
		}
	}
	if total != s.Units {
		t.Fatalf("%q: %d units were counted, %d made", text, s.Units, total)
	}
}

// plainCount counts the slow and obvious way.
func plainCount(s string, e sms.Encoding) (n int) {
	if e == sms.UCS2 {
		return len(utf16.Encode([]rune(s)))
	}
	for _, r := range s {
		n++
		if strings.ContainsRune(extensionTable, r) {
			n++
		}
	}
	return n
}

func TestSegmentProperties(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 11))
	gsm := []rune(defaultTable + strings.Repeat(extensionTable, 6))
	wide := []rune("aж’😀🇫🇷€" + defaultTable)
	for range 3000 {
		alphabet := gsm
		if rnd.IntN(2) == 0 {
			alphabet = wide
		}
		text := make([]rune, rnd.IntN(500))
		for i := range text {
			text[i] = alphabet[rnd.IntN(len(alphabet))]
		}
		check(t, string(text))
	}
}

func FuzzSegment(f *testing.F) {
	for _, s := range []string{"", "hello", strings.Repeat("€", 81), strings.Repeat("😀", 36), "\xff\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { check(t, strings.ToValidUTF8(text, "?")) })
}

func TestSegmentAllocatesNothing(t *testing.T) {
	text := strings.Repeat("Your order is on its way. ", 12)
	if n := testing.AllocsPerRun(100, func() { sms.Segment(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSegment(b *testing.B) {
	b.ReportAllocs()
	text := strings.Repeat("Your order is on its way. ", 5)
	for b.Loop() {
		sms.Segment(text)
	}
}
