package heliograph_test

import (
	"testing"

	"heliograph"
)

func TestParseLinkCode(t *testing.T) {
	t.Parallel()
	code := heliograph.LinkCode("abcdefgh234567zy")
	for text, is := range map[string]bool{
		code: true, " " + code + "\r\n": true, "LR_ABCDEFGH234567ZY": true, "Lr_abcdefgh234567zy": true,
		"": false, "lr_": false, code[1:]: false, code + "a": false, code[:len(code)-1]: false, "lr_abcdefgh234567z1": false,
		"hello " + code: false, code + " please": false, "lr_abcdefgh23456é": false,
	} {
		if got, ok := heliograph.ParseLinkCode(text); ok != is || is && got != code {
			t.Errorf("%q: %q, %v", text, got, ok)
		}
	}
}
