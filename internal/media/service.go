package media

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"heliograph"
)

// Deps is what the engine is handed. Fields without a remark must be set.
type Deps struct {
	Store    Store
	Channels Channels
	// HTTP reaches what providers and tenants name, and no private address. It
	// follows no redirect.
	HTTP http.RoundTripper
	// CheckURL judges a URL before it is called; its error is for a person.
	CheckURL func(raw string) error
	BaseURL  string // our own, without a slash at its end
	IDs      *heliograph.IDMaker
	Random   io.Reader
	Now      heliograph.Clock
	Log      *slog.Logger
	Watch    Watch
	Limits   Limits
	// Alone says that no other process works on the same database.
	Alone bool
}

// Limits bound the engine. Zero values mean the defaults.
type Limits struct {
	Upload   int64         // bytes of a file that is uploaded; 50 MB
	Fetch    int64         // bytes of a file that is fetched; 100 MB
	Fetchers int           // files being fetched at once; 16
	Call     time.Duration // of one fetch; 4 min
	Stall    time.Duration // without a byte; 30 s
	Poll     time.Duration // between looks for what others have left; 5 s
	Wait     time.Duration // of a reader for a file that is being fetched; 5 s
}

func (l Limits) withDefaults() Limits {
	set := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.Call, 4*time.Minute)
	set(&l.Stall, 30*time.Second)
	set(&l.Poll, 5*time.Second)
	set(&l.Wait, 5*time.Second)
	if l.Upload == 0 {
		l.Upload = 50 << 20
	}
	if l.Fetch == 0 {
		l.Fetch = 100 << 20
	}
	if l.Fetchers == 0 {
		l.Fetchers = 16
	}
	return l
}

// lease is how long an attempt is left alone: longer than it can take.
func (l Limits) lease() time.Duration { return l.Call + l.Call/4 }

// Service is the engine. Files are fetched between Start and Stop; all else
// works without.
type Service struct {
	Deps
	wake   chan struct{} // something may be due
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu   sync.Mutex
	busy map[heliograph.IntegrationID]int // fetches under way
}

// New returns an engine at rest.
func New(d Deps) *Service {
	d.Limits = d.Limits.withDefaults()
	s := &Service{Deps: d, wake: make(chan struct{}, 1), busy: map[heliograph.IntegrationID]int{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

func (s *Service) now() heliograph.Millis { return heliograph.At(s.Now()) }

// secret returns a new one. A process without randomness must not go on.
func (s *Service) secret() (out Secret) {
	if _, err := io.ReadFull(s.Random, out[:]); err != nil {
		panic("no randomness for secrets: " + err.Error())
	}
	return out
}

// look wakes whoever fetches files.
func (s *Service) look() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
