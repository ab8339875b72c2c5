package testkit

import (
	"net/http"
	"strings"
	"testing"
)

func TestSinkKeepsWhatComes(t *testing.T) {
	t.Parallel()
	s := NewSink(t, func(w http.ResponseWriter, _ *Received) { w.WriteHeader(http.StatusTeapot) })

	go func() {
		for _, body := range []string{`{"n":1}`, `{"n":2}`} {
			res, err := http.Post(s.URL+"/hook?x=1", "application/json", strings.NewReader(body))
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode != http.StatusTeapot {
				t.Errorf("answered %d", res.StatusCode)
			}
		}
	}()

	all := s.WaitCount(t, 2)
	if all[0].Path != "/hook" || all[0].Query != "x=1" || all[0].JSON()["n"] != 1.0 {
		t.Errorf("the first request reads %s?%s %s", all[0].Path, all[0].Query, all[0].Body)
	}
	second := s.WaitFor(t, "n=2", func(r *Received) bool { return r.JSON()["n"] == 2.0 })
	if second != all[1] {
		t.Error("the second request is not the second that came")
	}
}

func TestRandomRepeats(t *testing.T) {
	t.Parallel()
	read := func(seed uint64) string {
		b := make([]byte, 32)
		if n, err := NewRandom(seed).Read(b); n != len(b) || err != nil {
			t.Fatalf("Read = %d, %v", n, err)
		}
		return string(b)
	}
	first, again, other := read(1), read(1), read(2)
	if first != again {
		t.Error("one seed gave two sequences")
	}
	if first == other {
		t.Error("two seeds gave one sequence")
	}
}

func TestFlagValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"--data=x", "x"}, {"--data x", "x"}, {"--database-url=x", ""}, {"--data", ""},
	} {
		if got := flagValue(strings.Fields(c.args), "--data"); got != c.want {
			t.Errorf("%s: %q, want %q", c.args, got, c.want)
		}
	}
}
