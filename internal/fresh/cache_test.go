package fresh_test

import (
	"errors"
	"testing"
	"time"

	"heliograph/internal/fresh"
)

func TestCache(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	c := fresh.New[string, int](time.Second, 2, func() time.Time { return now })
	loads := 0
	load := func() (int, error) { loads++; return loads, nil }
	get := func(key string, want int) {
		t.Helper()
		if got, err := c.Get(key, load); err != nil || got != want {
			t.Fatalf("Get(%s) = %d, %v, want %d", key, got, err, want)
		}
	}
	get("a", 1)
	get("a", 1)
	now = now.Add(time.Second)
	get("a", 2)
	c.Drop("a")
	get("a", 3)
	c.Clear()
	get("a", 4)
	get("b", 5)
	get("c", 6) // one of a and b had to go
	get("c", 6)
	c.Expire("c")
	if old, ok := c.Stale("c"); !ok || old != 6 {
		t.Fatalf("Stale = %d, %v", old, ok)
	}
	get("c", 7)
}

func TestErrorsAreNotKept(t *testing.T) {
	t.Parallel()
	c := fresh.New[string, int](time.Hour, 2, time.Now)
	if _, err := c.Get("a", func() (int, error) { return 0, errors.New("missing") }); err == nil {
		t.Fatal("no error")
	}
	if v, err := c.Get("a", func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Fatalf("%d, %v", v, err)
	}
}

// A value that was loaded while its key was dropped may be the old one.
func TestDropDuringLoad(t *testing.T) {
	t.Parallel()
	c := fresh.New[string, int](time.Hour, 2, time.Now)
	_, _ = c.Get("a", func() (int, error) { c.Drop("a"); return 1, nil })
	if v, _ := c.Get("a", func() (int, error) { return 2, nil }); v != 2 {
		t.Fatalf("got %d, the value from before the drop", v)
	}
}
