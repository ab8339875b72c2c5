package secret

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"heliograph"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, KeyBytes) }

func ring(t *testing.T, keys ...[]byte) *Ring {
	t.Helper()
	r, err := NewRing(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSealOpen(t *testing.T) {
	t.Parallel()
	r := ring(t, key(1))
	for _, plain := range []string{"", "x", strings.Repeat("secret ", 1000)} {
		a, err := r.Seal([]byte(plain), "keys/1")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := r.Seal([]byte(plain), "keys/1")
		if bytes.Equal(a, b) {
			t.Error("two seals of one text are equal: the nonce is not random")
		}
		// A short text stands in random bytes by chance.
		if len(plain) > 8 && bytes.Contains(a, []byte(plain)) {
			t.Error("the text can be read in the sealed value")
		}
		got, err := r.Open(a, "keys/1")
		if err != nil || string(got) != plain {
			t.Errorf("Open = %q, %v, want %q", got, err, plain)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	r := ring(t, key(1))
	sealed, err := r.Seal([]byte("token"), "integrations/1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(sealed, "integrations/2"); err == nil {
		t.Error("a value opened in another context")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 0x40
		if _, err := r.Open(changed, "integrations/1"); err == nil {
			t.Errorf("a value with byte %d changed opened", i)
		}
	}
	for _, n := range []int{0, 1, 12, len(sealed) - 1} {
		if _, err := r.Open(sealed[:n], "integrations/1"); err == nil {
			t.Errorf("a value cut to %d bytes opened", n)
		}
	}
	if _, err := ring(t, key(2)).Open(sealed, "integrations/1"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("with another key: %v, want ErrWrongKey", err)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	old := ring(t, key(1))
	sealed, _ := old.Seal([]byte("token"), "c")
	both := ring(t, key(2), key(1))
	if got, err := both.Open(sealed, "c"); err != nil || string(got) != "token" {
		t.Errorf("with the old key kept: %q, %v", got, err)
	}
	if !both.Stale(sealed) {
		t.Error("a value under the old key is not stale")
	}
	fresh, _ := both.Seal([]byte("token"), "c")
	if both.Stale(fresh) {
		t.Error("a value under the new key is stale")
	}
	if _, err := old.Open(fresh, "c"); !errors.Is(err, ErrWrongKey) {
		t.Errorf("the old ring on a new value: %v", err)
	}
}

func TestKeysWithOneName(t *testing.T) {
	t.Parallel()
	first := ring(t, key(0))
	twin := key(0)
	for i := 1; ; i++ { // some key has the same name within a few hundred
		twin[0], twin[1] = byte(i), byte(i>>8)
		if ring(t, twin).keys[0].name == first.keys[0].name {
			break
		}
	}
	sealed, _ := first.Seal([]byte("token"), "c")
	if got, err := ring(t, twin, key(0)).Open(sealed, "c"); err != nil || string(got) != "token" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	a, b := base64.StdEncoding.EncodeToString(key(1)), base64.StdEncoding.EncodeToString(key(2))
	tests := []struct {
		text string
		keys int
		err  string
	}{
		{a, 1, ""},
		{a + "," + b, 2, ""},
		{"# note\n" + a + "\n\n# older, in 2025\n" + b + "\n", 2, ""},
		{"", 0, "no master key"},
		{"# only a note\n", 0, "no master key"},
		{"not base64!", 0, "not base64"},
		{"c2hvcnQ=", 0, "5 bytes"},
	}
	for _, tt := range tests {
		r, err := Parse(heliograph.Secret(tt.text))
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("Parse(%q): %v, want %q", tt.text, err, tt.err)
			}
		case err != nil || len(r.keys) != tt.keys:
			t.Errorf("Parse(%q): %v", tt.text, err)
		}
		if err != nil && tt.text != "" && strings.Contains(err.Error(), tt.text) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
}
