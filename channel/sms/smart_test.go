package sms_test

import (
	"testing"

	"heliograph/channel/sms"
)

func TestSmart(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"nothing to do", "It's €5", "It's €5"},
		{"curly quotes", "“It’s here”, she said", `"It's here", she said`},
		{"dashes and an ellipsis", "9–17 — or later…", "9-17 - or later..."},
		{"a no-break space", "5\u00a0€", "5 €"},
		{"nothing to see", "soft\u00adhyphen\u200b", "softhyphen"},
		{"a tab", "a\tb", "a b"},
		{"accents that GSM-7 has stay", "“déjà”", `"déjà"`},
		{"an emoji keeps it wide, so nothing is won", "It’s here 😀", "It’s here 😀"},
		{"another alphabet", "«привет»", "«привет»"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, changed := sms.Smart(tc.text)
			if got != tc.want || changed != (got != tc.text) {
				t.Errorf("got %q (changed: %v), want %q", got, changed, tc.want)
			}
		})
	}
}

func FuzzSmart(f *testing.F) {
	f.Add("“It’s here”…")
	f.Fuzz(func(t *testing.T, text string) {
		plain, changed := sms.Smart(text)
		if changed == (plain == text) {
			t.Fatalf("%q became %q, changed: %v", text, plain, changed)
		}
		if changed && sms.EncodingOf(plain) != sms.GSM7 {
			t.Fatalf("%q was changed to %q and is still wide", text, plain)
		}
		if again, more := sms.Smart(plain); more {
			t.Fatalf("%q became %q, then %q", text, plain, again)
		}
	})
}
