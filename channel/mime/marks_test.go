package mime_test

import (
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel/channeltest"
	"heliograph/channel/mime"
)

func TestMarks(t *testing.T) {
	t.Parallel()
	m := marks()
	other := mime.Marks{Auth: channeltest.Auth{}, Integration: heliograph.IntegrationID{11: 2}}
	id := m.MessageID(delivery, 3, "mail.example")
	for _, written := range []string{id, "<" + id + ">", " " + id, strings.ReplaceAll(id, "mail.example", "elsewhere")} {
		if d, n, ok := m.ReadMessageID(written); !ok || d != delivery || n != 3 {
			t.Errorf("%s: %v %d %v", written, d, n, ok)
		}
	}
	if _, _, ok := other.ReadMessageID(id); ok {
		t.Error("another integration takes the id for its own")
	}
	for _, k := range []mime.Kind{mime.ReplyAddress, mime.ReturnAddress, mime.UnsubscribeAddress} {
		a := m.Address(k, delivery, "mail.example")
		if n, ok := mime.Normalise(a); !ok || n != a || strings.IndexByte(a, '@') > 64 {
			t.Errorf("%s is no address: %q", a, n)
		}
		if kind, d, ok := m.ReadAddress(strings.ToUpper(a)); !ok || kind != k || d != delivery {
			t.Errorf("%s: %c %v %v", a, kind, d, ok)
		}
		if _, _, ok := other.ReadAddress(a); ok {
			t.Error("another integration takes the address for its own")
		}
		local, _, _ := strings.Cut(a, "@")
		for i := range local {
			for _, c := range "ab01c+." {
				forged := local[:i] + string(c) + local[i+1:]
				if got, _, ok := m.ReadAddress(forged + "@mail.example"); ok && forged != local {
					t.Errorf("%s is taken for an address of kind %c", forged, got)
				}
			}
		}
	}
}

func FuzzReadAddress(f *testing.F) {
	m := marks()
	good := m.Address(mime.ReplyAddress, delivery, "mail.example")
	f.Add(good)
	f.Add("c+0.a@x")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		k, d, ok := m.ReadAddress(s)
		if !ok {
			return
		}
		local, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "@")
		if want, _, _ := strings.Cut(m.Address(k, d, "x.test"), "@"); want != local {
			t.Errorf("%q is read as %q", s, want)
		}
	})
}

func FuzzReadMessageID(f *testing.F) {
	m := marks()
	f.Add(m.MessageID(delivery, 1, "mail.example"))
	f.Add("d.0.1.a@x")
	f.Fuzz(func(t *testing.T, s string) {
		d, n, ok := m.ReadMessageID(s)
		if ok && !strings.Contains(s, strings.TrimSuffix(m.MessageID(d, n, ""), "@")) {
			t.Errorf("%q is read as attempt %d of %s", s, n, d)
		}
	})
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ana@e.test": "ana@e.test", " Ana.Lee+x@E.Test ": "ana.lee+x@e.test", "ana@münchen.example": "ana@xn--mnchen-3ya.example",
		"a@b.test.": "a@b.test", "o'neil@e.test": "o'neil@e.test",
		"": "", "ana": "", "@e.test": "", "ana@": "", "ana@e": "", "ana@-e.test": "", "ana@e..test": "", "a b@e.test": "", "ana@e.test\r\nRCPT": "",
		".ana@e.test": "", "ana.@e.test": "", `"a b"@e.test`: "", "ána@e.test": "", "<ana@e.test>": "", "ana@127.0.0.1": "", "ana@[::1]": "", "a,b@e.test": "",
		strings.Repeat("a", 65) + "@e.test": "", "a@" + strings.Repeat("b.", 130) + "test": "",
	} {
		if got, ok := mime.Normalise(in); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("Ana@E.test")
	f.Add("ana@münchen.example")
	f.Add("0@0.\xe300")
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := mime.Normalise(s)
		if !ok {
			return
		}
		if again, ok := mime.Normalise(n); !ok || again != n || strings.ContainsAny(n, " <>\r\n\x00,;\"") {
			t.Errorf("%q becomes %q, which becomes %q", s, n, again)
		}
	})
}
