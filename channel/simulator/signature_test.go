package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"testing"
)

// The vectors were checked against the provider's official validator.
func TestSign(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"AccountSid": {"AC00000000000000000000000000000001"}, "Body": {"Hi & bye"}, "From": {"+14155550100"},
		"MessageSid": {"SM00000000000000000000000000000001"}, "NumMedia": {"0"}, "To": {"+14155550199"},
	}
	const target = "https://hooks.example.test/tw/in?c=7"
	sum := sha256.Sum256([]byte(`{"a":1}`))
	for name, c := range map[string]struct {
		mode, target string
		form         url.Values
		want         string
	}{
		"form":           {signGood, target, form, "zC8xkFdyDV8KBBxTRW5EaI0+M1k="},
		"port in URL":    {signGood, "https://hooks.example.test:443/tw/in?c=7", form, "lrUOlJWUctt3rb6apSVcc8d3sp8="},
		"port by mode":   {signWithPort, target, form, "lrUOlJWUctt3rb6apSVcc8d3sp8="},
		"port taken off": {signWithoutPort, "https://hooks.example.test:443/tw/in?c=7", form, "zC8xkFdyDV8KBBxTRW5EaI0+M1k="},
		"JSON body": {signGood, "https://hooks.example.test/tw/in?bodySHA256=" + hex.EncodeToString(sum[:]), nil,
			"zZCqfMxYIjZD5vhmLNUjZDhoDzo="},
	} {
		if got := signAs(c.mode, "token123", c.target, c.form); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if signAs(signWrong, "token123", target, form) == "zC8xkFdyDV8KBBxTRW5EaI0+M1k=" {
		t.Error("a wrong signature is right")
	}
}

func TestPortOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in      string
		written bool
		want    string
	}{
		{"http://h/p?q=%2B", true, "http://h:80/p?q=%2B"},
		{"http://h:8080/p", true, "http://h:8080/p"},
		{"http://h:8080/p?u=http://x:1/", false, "http://h/p?u=http://x:1/"},
		{"https://[::1]:443/p", false, "https://[::1]/p"},
		{"https://h", true, "https://h:443"},
	} {
		if got := portOf(c.in, c.written); got != c.want {
			t.Errorf("portOf(%q, %t) = %q, want %q", c.in, c.written, got, c.want)
		}
	}
}
