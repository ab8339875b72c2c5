package httpx

import (
	"context"
	"errors"
	"time"

	"heliograph"
)

// Answers keeps the answers to requests with an idempotency key. A key is one
// app's, on one route.
type Answers interface {
	// Find returns what was kept of a key since a moment; a status of 0: nothing.
	Find(ctx context.Context, app heliograph.AppID, route, key string, since heliograph.Millis) (digest []byte, status int, answer string, err error)
	// Reserve takes a key inside a transaction; false when it was taken since a moment.
	Reserve(ctx context.Context, app heliograph.AppID, route, key string, digest []byte, at, since heliograph.Millis) (bool, error)
	// Complete stores the answer of a key that the same transaction reserved.
	Complete(ctx context.Context, app heliograph.AppID, route, key string, status int, answer string) error
}

const (
	// keepAnswers is how long a key stands for its first request.
	keepAnswers = 24 * time.Hour
	// WaitForTwin is how long a request waits for another with its key.
	WaitForTwin = 5 * time.Second
)

var errTaken = errors.New("the key was taken meanwhile")

// Once has requests with an idempotency key done once. It is safe for concurrent
// use.
type Once struct {
	Answers Answers
	// Atomic runs fn in one transaction; fn may be run again.
	Atomic func(ctx context.Context, fn func(context.Context) error) error
	Now    heliograph.Clock

	flights flights
}

// Keyed is a request with an idempotency key.
type Keyed struct {
	App        heliograph.AppID
	Route, Key string
	Digest     []byte // of what a repetition must have in common with it
	Status     int    // of success
	// Fast, which may be nil, is tried first. nil for all leaves it to Work.
	Fast func(ctx context.Context) (*Kept, error)
	// Work does what is asked, inside one transaction with the stored answer: it
	// must only work on the store.
	Work func(ctx context.Context) ([]byte, error)
	// Refusal is the body of an answer to an error.
	Refusal func(e *heliograph.Error) []byte
}

// Kept is what a key stands for.
type Kept struct {
	Status int
	Answer string
	Same   bool // the key came with this request, not with another
	Again  bool // it was used before
}

// Do answers a request: the first one with the key is done, its repetitions get
// the same answer, and are told so by replayed.
func (o *Once) Do(ctx context.Context, r *Keyed) (status int, body []byte, replayed bool, err error) {
	limit, cancel := context.WithTimeout(ctx, WaitForTwin)
	defer cancel()
	done, err := o.flights.join(limit, flight{r.App, r.Route, r.Key})
	if err != nil {
		return 0, nil, false, inProgress()
	}
	defer done()
	if r.Fast != nil {
		if k, err := r.Fast(ctx); k != nil || err != nil {
			return k.answer(err)
		}
	}
	if k, err := o.kept(ctx, r); k != nil || err != nil {
		return k.answer(err)
	}
	status, body, err = o.first(ctx, r)
	if !errors.Is(err, errTaken) {
		return status, body, false, err
	}
	// Another process was faster; its transaction has ended.
	k, err := o.kept(ctx, r)
	if k == nil && err == nil {
		err = inProgress()
	}
	return k.answer(err)
}

// answer is the answer to a key that was used before, for the same request or
// another; or to one that was used now.
func (k *Kept) answer(err error) (int, []byte, bool, error) {
	switch {
	case err != nil:
		return 0, nil, false, err
	case k.Again && !k.Same:
		return 0, nil, false, heliograph.Errorf(heliograph.Conflict, heliograph.CodeIdempotencyMismatch,
			"this Idempotency-Key was used for another request")
	}
	return k.Status, []byte(k.Answer), k.Again, nil
}

func inProgress() error {
	return &heliograph.Error{Kind: heliograph.Conflict, Code: heliograph.CodeIdempotencyInProgress,
		Message: "a request with this Idempotency-Key is still under way; ask again"}
}

// kept returns the answer that was given to the key before; nil: none.
func (o *Once) kept(ctx context.Context, r *Keyed) (*Kept, error) {
	had, status, answer, err := o.Answers.Find(ctx, r.App, r.Route, r.Key, o.Since())
	if err != nil || status == 0 {
		return nil, err
	}
	return &Kept{Status: status, Answer: answer, Same: string(had) == string(r.Digest), Again: true}, nil
}

// first does the work and keeps its answer, in one transaction. An answer that
// says what the caller did wrong is kept as well.
func (o *Once) first(ctx context.Context, r *Keyed) (int, []byte, error) {
	status, body, err := o.keep(ctx, r, func(ctx context.Context) (int, []byte, error) {
		body, err := r.Work(ctx)
		return r.Status, body, err
	})
	e, ok := errors.AsType[*heliograph.Error](err)
	if !ok || !Final(e.Kind) {
		return status, body, err
	}
	_, _, keepErr := o.keep(ctx, r, func(context.Context) (int, []byte, error) { return Status(e.Kind), r.Refusal(e), nil })
	if keepErr != nil && !errors.Is(keepErr, errTaken) {
		return 0, nil, keepErr
	}
	return 0, nil, err
}

// Final reports whether the same request would fail again.
func Final(k heliograph.Kind) bool {
	switch k {
	case heliograph.Invalid, heliograph.Forbidden, heliograph.NotFound, heliograph.Conflict, heliograph.TooLarge, heliograph.Locked:
		return true
	}
	return false
}

// keep runs answer and stores what it returns, in one transaction.
func (o *Once) keep(ctx context.Context, r *Keyed, answer func(context.Context) (int, []byte, error)) (status int, body []byte, err error) {
	err = o.Atomic(ctx, func(ctx context.Context) error {
		free, err := o.Answers.Reserve(ctx, r.App, r.Route, r.Key, r.Digest, heliograph.At(o.Now()), o.Since())
		if err != nil {
			return err
		}
		if !free {
			return errTaken
		}
		if status, body, err = answer(ctx); err != nil {
			return err
		}
		return o.Answers.Complete(ctx, r.App, r.Route, r.Key, status, string(body))
	})
	return status, body, err
}

// Since is the moment after which keys still stand for their requests.
func (o *Once) Since() heliograph.Millis { return heliograph.At(o.Now().Add(-keepAnswers)) }
