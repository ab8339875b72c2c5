package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// keeping opens a store on SQLite whose log is kept by keep.
func keeping(t *testing.T, broken func(error), keep func(*os.File) error) *store.Store {
	t.Helper()
	o := options(t)
	o.File = filepath.Join(t.TempDir(), "test.db")
	o.Broken = broken
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	return open(t, store.Keeping(o, keep))
}

// Nobody is answered before the disk has what he wrote, and meanwhile the next
// transaction runs.
func TestAnswersWaitForTheDisk(t *testing.T) {
	t.Parallel()
	asked, goOn := make(chan string), make(chan struct{})
	s := keeping(t, nil, func(f *os.File) error {
		asked <- f.Name()
		<-goOn
		return f.Sync()
	})
	view := store.System{Store: s}
	write := func(name string) <-chan error {
		done := make(chan error, 1)
		go func() { done <- view.SetNote(context.Background(), name, "x") }()
		return done
	}
	first := write("first")
	if name := <-asked; !strings.HasSuffix(name, "-wal") {
		t.Errorf("%s was synced", name)
	}
	second := write("second")
	for { // committed, beside the disk
		switch text, err := view.Note(t.Context(), "second"); {
		case err != nil:
			t.Fatal(err)
		case text == "":
			continue
		}
		break
	}
	for name, done := range map[string]<-chan error{"first": first, "second": second} {
		select {
		case err := <-done:
			t.Errorf("%s was answered before it was on the disk: %v", name, err)
		default:
		}
	}
	goOn <- struct{}{}
	if err := <-first; err != nil {
		t.Error(err)
	}
	<-asked
	select {
	case err := <-second:
		t.Errorf("the second was answered with the first's sync, which began before it: %v", err)
	default:
	}
	goOn <- struct{}{}
	if err := <-second; err != nil {
		t.Error(err)
	}
}

func TestDiskThatRefuses(t *testing.T) {
	t.Parallel()
	refusal := errors.New("input/output error")
	told := make(chan error, 2)
	s := keeping(t, func(err error) { told <- err }, func(*os.File) error { return refusal })
	view := store.System{Store: s}
	for range 2 { // the second is refused at once
		var e *heliograph.Error
		if err := view.SetNote(t.Context(), "a", "x"); !errors.As(err, &e) || e.Kind != heliograph.Unavailable {
			t.Errorf("stored, or %v", err)
		}
	}
	if err := <-told; !errors.Is(err, refusal) {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if len(told) > 0 {
		t.Error("told twice")
	}
}

// An answer that is kept is given to whoever repeats the request only once it is
// on the disk: what he heard must not be gone after a power failure.
func TestKeptAnswerWaitsForTheDisk(t *testing.T) {
	t.Parallel()
	asked, goOn := make(chan struct{}), make(chan struct{})
	s := keeping(t, nil, func(f *os.File) error {
		asked <- struct{}{}
		<-goOn
		return f.Sync()
	})
	app, view := s.IDs.App(), store.Idempotency{Store: s}
	reserved, found := make(chan error, 1), make(chan int, 1)
	go func() {
		_, err := view.Reserve(context.Background(), app, "r", "k", []byte{1}, 1, 0)
		reserved <- errors.Join(err, view.Complete(context.Background(), app, "r", "k", 201, "{}"))
	}()
	<-asked
	goOn <- struct{}{} // the reservation is kept; its answer follows
	<-asked
	go func() {
		_, status, _, err := view.Find(context.Background(), app, "r", "k", 0)
		if err != nil {
			t.Error(err)
		}
		found <- status
	}()
	goOn <- struct{}{}
	select {
	case status := <-found:
		t.Fatalf("found %d, and nobody asked the disk since", status)
	case <-asked:
		goOn <- struct{}{}
	}
	if err := <-reserved; err != nil {
		t.Error(err)
	}
	if status := <-found; status != 201 {
		t.Error(status)
	}
}
