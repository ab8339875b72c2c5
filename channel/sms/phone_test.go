package sms_test

import (
	"regexp"
	"strings"
	"testing"

	"heliograph/channel/sms"
)

func TestNormalise(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"+14155550100", "+14155550100"},
		{"14155550100", "+14155550100"},
		{"0014155550100", "+14155550100"},
		{"+1 (415) 555-0100", "+14155550100"},
		{"+1.415.555.0100", "+14155550100"},
		{" +44 20 7946 0018 ", "+442079460018"},
		{"(+44) 20 7946 0018", "+442079460018"},
		{"00 49 30 901820", "+4930901820"},
		{"+29012345", "+29012345"},               // 8 digits
		{"+123456789012345", "+123456789012345"}, // 15 digits

		{"", ""},
		{"+", ""},
		{"00", ""},
		{"+2901234", ""},            // 7 digits
		{"+1234567890123456", ""},   // 16 digits
		{"12345", ""},               // a short code
		{"020 7946 0018", ""},       // no country code
		{"+0014155550100", ""},      // two prefixes
		{"00014155550100", ""},      // a country code does not begin with 0
		{"+44 (0)20 7946 0018", ""}, // dialled or not?
		{"1+4155550100", ""},        // the plus comes first
		{"++14155550100", ""},
		{"+1415555O100", ""}, // a letter
		{"+1415555010０", ""}, // a wide digit
		{"whatsapp:+14155550100", ""},
		{"+14155550100x5", ""}, // an extension
		{"+14155550100\x00", ""},
		{strings.Repeat("1", 1000), ""},
		{strings.Repeat(" ", 1000) + "+1", ""},
		{"+1415555\n0100", ""},
		{"+1 415 555 0100, +1 415 555 0199", ""}, // two numbers
		{"tel:+14155550100", ""},
		{"+\u0661\u0662\u0663\u0664\u0665678", ""}, // digits of another script
	}
	for _, tc := range tests {
		got, ok := sms.Normalise(tc.in)
		if ok != (tc.want != "") || ok && got != tc.want {
			t.Errorf("%q is (%q, %v), want %q", tc.in, got, ok, tc.want)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"+14155550100", "00 49 (30) 90-18.20", "(0)", "+"} {
		f.Add(s)
	}
	e164 := regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)
	f.Fuzz(func(t *testing.T, in string) {
		got, ok := sms.Normalise(in)
		if !ok {
			return
		}
		if !e164.MatchString(got) {
			t.Fatalf("%q became %q", in, got)
		}
		if again, ok := sms.Normalise(got); !ok || again != got {
			t.Fatalf("%q became %q, then %q", in, got, again)
		}
	})
}

func TestNormaliseAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { sms.Normalise("+14155550100") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
