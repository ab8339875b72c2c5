package netguard

import (
	"strings"
	"testing"
)

func TestCheckURL(t *testing.T) {
	t.Parallel()
	tests := []struct {
		url           string
		public, allow bool
	}{
		{"https://example.com", true, true},
		{"http://example.com:8080/a?b=c", true, true},
		{"https://8.8.8.8/x", true, true},
		{"https://[2606:4700::1]:443/", true, true},
		{"HTTPS://EXAMPLE.COM/", true, true},
		{"https://localhosts.example/", true, true},

		{"http://localhost:9000/", false, true},
		{"http://LOCALHOST./", false, true},
		{"http://api.localhost/", false, true},
		{"http://127.0.0.1/", false, true},
		{"http://[::1]/", false, true},
		{"http://[::ffff:10.0.0.1]/", false, true},
		{"http://[fe80::1%25eth0]/", false, true},
		{"http://169.254.169.254/latest/meta-data", false, true},

		{"http://0.0.0.0/", false, false},
		{"", false, false},
		{"example.com", false, false},
		{"ftp://example.com/", false, false},
		{"javascript:alert(1)", false, false},
		{"https://example.com/a?b=c#d", false, false},
		{"https://example.com/#", false, false},
		{"https://./", false, false},
		{"https://..:443/", false, false},
		{"https:///path", false, false},
		{"https://:443/", false, false},
		{"https://user@example.com/", false, false},
		{"https://user:pass@example.com/", false, false},
		{"https://example.com:0/", false, false},
		{"https://example.com:65536/", false, false},
		{"https://example.com:http/", false, false},
		{"https://exa mple.com/", false, false},
		{"https://example.com/a b", false, false},
		{"https://example.com/\r\nX: y", false, false},
		{"https://example.com/" + strings.Repeat("a", 2048), false, false},
	}
	strict, open := New(Options{}), New(Options{AllowPrivate: true})
	for _, tt := range tests {
		if err := strict.CheckURL(tt.url); (err == nil) != tt.public {
			t.Errorf("CheckURL(%q) = %v, want allowed %v", tt.url, err, tt.public)
		}
		if err := open.CheckURL(tt.url); (err == nil) != tt.allow {
			t.Errorf("with AllowPrivate: CheckURL(%q) = %v, want allowed %v", tt.url, err, tt.allow)
		}
	}
}
