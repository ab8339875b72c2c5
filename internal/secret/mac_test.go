package secret_test

import (
	"bytes"
	"testing"

	"heliograph/internal/secret"
)

func TestMAC(t *testing.T) {
	t.Parallel()
	one, two := bytes.Repeat([]byte{1}, secret.KeyBytes), bytes.Repeat([]byte{2}, secret.KeyBytes)
	ring := func(keys ...[]byte) *secret.Ring {
		r, err := secret.NewRing(keys...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	sum := ring(one).MAC("reply", "d1")
	if len(sum) != 32 {
		t.Errorf("a MAC of %d characters", len(sum))
	}
	for name, tc := range map[string]struct {
		ring               *secret.Ring
		purpose, text, sum string
		want               bool
	}{
		"own":             {ring(one), "reply", "d1", sum, true},
		"after rotation":  {ring(two, one), "reply", "d1", sum, true},
		"another key":     {ring(two), "reply", "d1", sum, false},
		"another purpose": {ring(one), "unsubscribe", "d1", sum, false},
		"another text":    {ring(one), "reply", "d2", sum, false},
		"moved bytes":     {ring(one), "replyd", "1", sum, false},
		"short":           {ring(one), "reply", "d1", sum[:31], false},
		"none":            {ring(one), "reply", "d1", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.ring.VerifyMAC(tc.purpose, tc.text, tc.sum); got != tc.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
