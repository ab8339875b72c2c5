package whatsapp

import "time"

// rates are the limits of messages: of one number, and of one number to one
// person. The provider's lock guards it.
type rates struct {
	pairs   map[pair]*bucket
	numbers map[string]*bucket
}

type pair struct{ number, person string }

// bucket fills again with time.
type bucket struct {
	credit float64
	at     time.Time
}

func newRates() *rates { return &rates{pairs: map[pair]*bucket{}, numbers: map[string]*bucket{}} }

// take takes one from a bucket of size most that gains perSecond, if it has one.
func take[K comparable](of map[K]*bucket, key K, now time.Time, most, perSecond float64) bool {
	b := of[key]
	if b == nil {
		if len(of) > 100_000 {
			clear(of) // far beyond what a test looks at
		}
		b = &bucket{credit: most, at: now}
		of[key] = b
	}
	b.credit = min(most, b.credit+max(0, now.Sub(b.at).Seconds())*perSecond)
	b.at = now
	if b.credit < 1 {
		return false
	}
	b.credit--
	return true
}

// exceeded says which limit a message to a person exceeds; 0: none.
func (p *Provider) exceeded(number, person string) int {
	c := p.own.Get()
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.n.Now()
	if n := float64(c.PerSecond); n > 0 && !take(p.rates.numbers, number, now, n, n) {
		return 130429
	}
	if n := float64(c.PairBurst); n > 0 && !take(p.rates.pairs, pair{number, person}, now, n, 1.0/6) {
		return 131056
	}
	return 0
}
