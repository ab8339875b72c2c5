// Package simulator is a telephone network for people and tests without a
// provider account. It plays Twilio over HTTP, and whatever providers it is
// handed, from the providers' published contracts alone: it shares no code with
// the channels that talk to it, imports only the standard library, and must
// never learn anything about who calls it.
package simulator

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	crand "crypto/rand"
)

// twilio is the name of the provider that the package plays itself.
const twilio = "twilio"

// Link leads from the simulator's page to another one.
type Link struct {
	Text string `json:"text"`
	Path string `json:"path"`
}

// Options is what a simulator is made from. The zero value works.
type Options struct {
	Now  func() time.Time // stamps; nil: time.Now
	Rand rand.Source      // sids, probabilities; nil: seeded by the system
	HTTP *http.Client     // carries callbacks; nil: one of our own
	Log  *slog.Logger     // nil: nothing is logged

	// PublicURL is where others reach the simulator, without a trailing slash.
	// Media of inbound messages have addresses below it.
	PublicURL string
	// Hint is the command that the page shows while there is no message; "": one
	// that sends through the played API.
	Hint string
	// Links lead from the page to others.
	Links []Link

	// Accounts are the accounts that exist. With none, every account exists, and
	// the token that it comes with is learned and signs its callbacks.
	Accounts []Account
	Numbers  []Number // numbers that are configured from the start

	// Providers are those that are played beside Twilio.
	Providers []Provider

	Settings *Settings // nil: DefaultSettings
	Limits   Limits
}

// Limits bounds what is remembered. A zero field means its default.
type Limits struct {
	Messages int // messages in all; default 100,000
	Phones   int // phones, the least recently used are forgotten; default 10,000
	PerPhone int // messages shown of one phone; default 200
	Counted  int // distinct (recipient, body) pairs counted; default 200,000
	Pending  int // callbacks waiting; default 1,000,000
	Workers  int // callbacks in flight; default 64

	// NoHistory remembers no message, phone or count at all, for load tests.
	NoHistory bool
}

func (l Limits) withDefaults() Limits {
	orElse := func(n *int, otherwise int) {
		if *n <= 0 {
			*n = otherwise
		}
	}
	orElse(&l.Messages, 100_000)
	orElse(&l.Phones, 10_000)
	orElse(&l.PerPhone, 200)
	orElse(&l.Counted, 200_000)
	orElse(&l.Pending, 1_000_000)
	orElse(&l.Workers, 64)
	return l
}

// Simulator is one simulated network. It is safe for concurrent use.
type Simulator struct {
	base     func() time.Time
	offset   atomic.Int64 // of the simulator's clock, in ms
	log      *slog.Logger
	http     *http.Client
	public   string
	hint     string
	links    []Link
	random   *random
	settings atomic.Pointer[Settings]
	texts    *vocabulary // Twilio's
	networks []*Network  // the other providers'

	accounts *accounts
	numbers  *numbers
	ledger   *ledger
	blocks   *blocks
	rules    *rulebook
	post     *postOffice
	stream   *broker
	turns    turns
	recorder recorder
	player   player
	routes   func() http.Handler // everything it serves, but for the guard

	ctx       context.Context
	stop      context.CancelFunc
	closeOnce sync.Once
	ownHTTP   *http.Transport
}

// New returns a running simulator. Close it.
func New(o Options) *Simulator {
	limits := o.Limits.withDefaults()
	s := &Simulator{base: o.Now, log: o.Log, http: o.HTTP, public: strings.TrimRight(o.PublicURL, "/"), hint: o.Hint, links: o.Links}
	if s.base == nil {
		s.base = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.http == nil {
		s.http, s.ownHTTP = callbackClient(limits.Workers)
	}
	if o.Rand == nil {
		var seed [32]byte
		_, _ = crand.Read(seed[:])
		o.Rand = rand.NewChaCha8(seed)
	}
	s.random = &random{src: o.Rand}
	settings := DefaultSettings()
	if o.Settings != nil {
		settings = *o.Settings
	}
	s.settings.Store(&settings)
	s.texts = newVocabulary(twilio, Recipients(), Actions())
	s.accounts = newAccounts(o.Accounts)
	s.numbers = newNumbers()
	s.ledger = newLedger(limits)
	s.blocks = newBlocks()
	s.rules = &rulebook{}
	s.stream = newBroker()
	s.turns.seen = map[string]int{}
	s.ctx, s.stop = context.WithCancel(context.Background())
	for _, n := range o.Numbers {
		s.configure(n)
	}
	s.post = startPostOffice(s, limits)
	s.join(o.Providers)
	s.routes = sync.OnceValue(s.makeRoutes)
	return s
}

// Close stops callbacks, waits for those in flight and ends every stream. What
// was still to be told is not told.
func (s *Simulator) Close() {
	s.closeOnce.Do(func() {
		s.stop()
		for _, n := range s.networks {
			if c, ok := n.provider.(Closer); ok {
				c.Close()
			}
		}
		s.post.wait()
		s.player.done.Wait()
		if s.ownHTTP != nil {
			s.ownHTTP.CloseIdleConnections()
		}
	})
}

// sleep waits for d, or until the caller left or the simulator closed.
func (s *Simulator) sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-s.ctx.Done():
	}
}

// turns counts requests per recipient, for the outcomes that change with turns.
type turns struct {
	mu   sync.Mutex
	seen map[string]int
}

// next returns how many requests for key came before this one, modulo n.
func (t *turns) next(key string, n int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	was := t.seen[key]
	if was+1 == n {
		delete(t.seen, key)
	} else {
		t.seen[key] = was + 1
	}
	return was
}
