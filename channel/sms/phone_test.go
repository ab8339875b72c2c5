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

func TestCanonical(t *testing.T) {
	t.Parallel()
	same := ""
	tests := []struct{ in, sent, compared string }{ // "" is the same as before
		// Brazil.
		{"+551187654321", "+5511987654321", "+5511987654321"},
		{"+553196543210", "+5531996543210", "+5531996543210"},
		{"+556168765432", "+5561968765432", "+5561968765432"},
		{"+551177123456", same, "+5511977123456"}, // trunked radio once, now perhaps somebody else's
		{"+5511987654321", same, same},            // nine digits already
		{"+551132654321", same, same},             // a landline
		{"+551152654321", same, same},
		{"+551087654321", same, same}, // no such area
		{"+550187654321", same, same},
		{"+55118765432", same, same}, // too short
		// Mexico.
		{"+5215512345678", "+525512345678", "+525512345678"},
		{"+525512345678", same, same},
		{"+5211512345678", same, same}, // no number begins with 1
		{"+521551234567", same, same},  // ten digits
		// Argentina.
		{"+54111512345678", "+5491112345678", "+5491112345678"},
		{"+549111512345678", "+5491112345678", "+5491112345678"},
		{"+54351151234567", "+5493511234567", "+5493511234567"},  // Córdoba, three digits
		{"+54290115123456", "+5492901123456", "+5492901123456"},  // Ushuaia, four
		{"+549290115123456", "+5492901123456", "+5492901123456"}, // both
		{"+54223154123456", "+5492234123456", "+5492234123456"},  // Mar del Plata
		{"+54299151512345", "+5492991512345", "+5492991512345"},  // a number that begins with 15 itself
		{"+5491112345678", same, same},                           // as it should be
		{"+541112345678", same, same},                            // may be a landline
		{"+541115345678", same, same},                            // a landline that begins with 15
		{"+54351251534567", same, same},                          // 15 where no area ends
		{"+54811512345678", same, same},                          // no such area
		{"+54111612345678", same, same},                          // twelve digits without 15
		// Neighbours and everyone else.
		{"+5712345678901", same, same},
		{"+56912345678", same, same},
		{"+14155550100", same, same},
		{"+5912345678", same, same},
	}
	for _, tc := range tests {
		want := func(s string) string {
			if s == "" {
				return tc.in
			}
			return s
		}
		if got, ok := sms.Normalise(tc.in); !ok || got != want(tc.sent) {
			t.Errorf("%s is sent to as (%s, %v), want %s", tc.in, got, ok, want(tc.sent))
		}
		if got := sms.Canonical(tc.in); got != want(tc.compared) {
			t.Errorf("%s is compared as %s, want %s", tc.in, got, want(tc.compared))
		}
	}
	if got, _ := sms.Normalise("+52 1 (55) 1234-5678"); got != "+525512345678" {
		t.Errorf("written with spaces, it is %s", got)
	}
	for _, odd := range []string{"", "12345", "+5", "whatsapp:+551187654321", "BR.5511"} {
		if got := sms.Canonical(odd); got != odd {
			t.Errorf("%q became %q", odd, got)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"+54111512345678", "+549111515151515", "+5215512345678", "+551177123456", "+14155550100", "00 49 (30) 90-18.20", "(0)", "+"} {
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
		one := sms.Canonical(got)
		if !e164.MatchString(one) || sms.Canonical(one) != one {
			t.Fatalf("%q is compared as %q, then as %q", got, one, sms.Canonical(one))
		}
		if again, _ := sms.Normalise(one); again != one {
			t.Fatalf("%q is compared as %q, which is sent to as %q", got, one, again)
		}
	})
}

func TestNormaliseAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { sms.Normalise("+14155550100") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
