package content

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heliograph"
)

func TestMaskCardNumbers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"my card is 4111 1111 1111 1111, thanks":  "my card is **** **** **** 1111, thanks",
		"4111111111111111":                        "************1111",
		"5500-0000-0000-0004 exp 12/28":           "****-****-****-0004 exp 12/28",
		"378282246310005":                         "***********0005",
		"3782 822463 10005":                       "**** ****** *0005",
		"6011111111111117 and 30569309025904":     "************1117 and **********5904",
		"4111 1111 1111 1111 1228 123":            "**** **** **** 1111 1228 123",
		"on 12 4111 1111 1111 1111":               "on 12 **** **** **** 1111",
		"4111 1111 1111 1112":                     "4111 1111 1111 1112", // the check digit is wrong
		"order 1234567890123456":                  "order 1234567890123456",
		"call +49 30 1234 5678 90":                "call +49 30 1234 5678 90",
		"+4111111111111111":                       "+4111111111111111",
		"IMEI 490154203237518":                    "IMEI 490154203237518",
		"41111111111111111111111111111111":        "41111111111111111111111111111111", // too long for a card
		"":                                        "",
		"ünï 4012888888881881 ✓":                  "ünï ************1881 ✓",
		"4111  1111  1111  1111":                  "4111  1111  1111  1111", // not how one writes a number
		"4242-4242 4242-4242":                     "****-**** ****-4242",
		"first 4111111111111111 5500000000000004": "first ************1111 ************0004",
	} {
		if got := MaskCardNumbers(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestMaskKeepsTheRest: nothing but digits ever changes, and no number of a card
// that stands alone stays readable.
func TestMaskKeepsTheRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringMatching(`[0-9 +a-zé-]{0,60}`).Draw(t, "text")
		got := MaskCardNumbers(in)
		if len(got) != len(in) {
			t.Fatalf("%q became %q", in, got)
		}
		for i := range len(in) {
			if in[i] != got[i] && (got[i] != '*' || !digit(in[i])) {
				t.Fatalf("%q became %q", in, got)
			}
		}
		if MaskCardNumbers(got) != got {
			t.Fatalf("%q is masked once more", got)
		}
		alone := "card: 4111111111111111. " + strings.ReplaceAll(in, "+", "")
		if strings.Contains(MaskCardNumbers(alone), "4111111111111111") {
			t.Fatalf("%q stays readable", alone)
		}
	})
}

func TestMaskCards(t *testing.T) {
	t.Parallel()
	c := &heliograph.Content{Type: heliograph.FormResponseMessage, Fields: []heliograph.FormField{{Name: "card", Text: "4111111111111111"}}}
	if got := MaskCards(c); got.Fields[0].Text != "************1111" || c.Fields[0].Text != "4111111111111111" {
		t.Errorf("%+v of %+v", got.Fields, c.Fields)
	}
	plain := &heliograph.Content{Text: "no number"}
	if MaskCards(plain) != plain {
		t.Error("what needs no mask was copied")
	}
}
