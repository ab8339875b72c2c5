package crashtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"heliograph/internal/testkit/pgtest"
)

// What a crash must leave whole.
const (
	notifications = 5000
	kills         = 20
	callers       = 24
)

// crash is one way to run and kill the program.
type crash struct {
	name      string
	postgres  bool
	processes int
	policy    string // for unknown outcomes
	callbacks bool   // the provider tells what became of messages
	gap       time.Duration
}

// TestKilledAtAnyInstant kills the server again and again while callers, the
// provider and customers are busy with it, and then asks both ends: nothing
// accepted is lost, nothing is sent twice that the policy does not allow, and
// every fate is told.
func TestKilledAtAnyInstant(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	seed := rand.Uint64()
	if s := os.Getenv("HELIOGRAPH_CRASH_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	// A process that takes over from a dead one on PostgreSQL waits for the end
	// of its lease, so that kills have to be further apart there.
	for i, c := range []crash{
		{"sqlite fail", false, 1, "fail", false, 250 * time.Millisecond},
		{"sqlite resend", false, 1, "resend", false, 250 * time.Millisecond},
		{"sqlite fail with callbacks", false, 1, "fail", true, 250 * time.Millisecond},
		{"postgres fail", true, 1, "fail", false, 2800 * time.Millisecond},
		{"postgres resend with callbacks", true, 1, "resend", true, 2800 * time.Millisecond},
		{"two on postgres fail", true, 2, "fail", false, 1200 * time.Millisecond},
		{"two on postgres resend", true, 2, "resend", false, 1200 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Logf("HELIOGRAPH_CRASH_SEED=%d", seed)
			c.run(t, rand.New(rand.NewPCG(seed, uint64(i))))
		})
	}
}

func (c *crash) run(t *testing.T, chance *rand.Rand) {
	network := Network()
	network.LatencyMs, network.Callbacks = 15, c.callbacks
	o := Options{
		Processes: c.processes, Network: network, Args: []string{"--lease=2s"},
		Delivery: map[string]any{"unknownTransactional": c.policy, "echoWindowSeconds": 1},
	}
	if c.postgres {
		o.DatabaseURL = pgtest.URL(t)
	}
	b := New(t, o)
	u := &usage{b: b, ids: map[string]string{}}
	u.start()
	u.talk(8)
	began := time.Now()
	for k := range kills {
		u.feed(notifications / kills)
		p := b.Programs[chance.IntN(len(b.Programs))]
		if chance.IntN(4) > 0 {
			p.WaitReady()
		} // else it may die while it starts
		pass(time.Duration(chance.Int64N(int64(c.gap))))
		p.Kill()
		if k%5 == 4 {
			pass(100 * time.Millisecond) // time for callers to meet a closed port
		}
		p.Launch()
	}
	for _, p := range b.Programs {
		p.WaitReady()
	}
	u.stop()
	t.Logf("%d accepted in %v; %d calls had no answer", len(u.ids), time.Since(began).Round(time.Millisecond), u.retries)

	ends := []string{"channel", "failure"}
	if c.callbacks {
		ends = []string{"user", "failure"}
	}
	Until(t, "the fate of every notification", func() bool { return b.Told.Settled(ends...) >= len(u.ids) })
	c.check(t, u)
	u.checkTalks()
	t.Logf("everything told after %v", time.Since(began).Round(time.Millisecond))
}

// check compares what callers were told, what the database says, what the
// provider took, and what the webhook was told.
func (c *crash) check(t *testing.T, u *usage) {
	listed := u.b.List()
	taken, requests := u.b.Counts()
	if len(listed) != len(u.ids) {
		t.Errorf("%d notifications exist, and %d were accepted", len(listed), len(u.ids))
	}
	counts := map[string]int{}
	wrong := complaints{t: t}
	for text, id := range u.ids {
		n, ok := listed[id]
		if !ok {
			wrong.add("%s (%s) was accepted and does not exist", text, id)
			continue
		}
		counts[n.Status]++
		if n.Resent {
			counts["resent"]++
		}
		if taken[text] > 1 {
			counts["sent twice"]++
		}
		if err := c.fate(n, taken[text]); err != nil {
			wrong.add("%s (%s): %v\n%s", text, id, err, u.b.Why(id))
		}
		if err := told(n, u.b.Told.Fates(id)); err != nil {
			wrong.add("%s (%s, %s): %v", text, id, n.Status, err)
		}
	}
	for text := range taken {
		if u.ids[text] == "" {
			wrong.add("the provider took %q, which nobody was told to be accepted", text)
		}
	}
	for _, w := range u.b.Told.Wrong() {
		wrong.add("the webhook was told nonsense: %s", w)
	}
	wrong.report()
	t.Logf("%v of %d; the provider got %d requests", counts, len(u.ids), requests)
	// With callbacks the provider's word may have settled every doubt.
	if doubts := counts["failed"] + counts["resent"]; doubts == 0 && !c.callbacks {
		t.Error("no kill met an attempt under way: the test has shown nothing")
	}
}

// fate checks what became of one notification.
func (c *crash) fate(n Notification, taken int) error {
	switch {
	case c.policy == "fail" && n.Resent:
		return fmt.Errorf("it was sent again against the policy")
	case c.policy == "fail" && taken > 1:
		return fmt.Errorf("the provider took it %d times", taken)
	case taken > 1 && !n.Resent:
		return fmt.Errorf("the provider took it %d times, and it does not say so", taken)
	case n.Status == "channel" || n.Status == "user":
		if taken == 0 {
			return fmt.Errorf("it is at the %s, and the provider does not have it", n.Status)
		}
		return nil
	case n.Status == "failed" && c.policy == "fail" && n.Error != nil && n.Error.Code == "unknown_outcome":
		return nil
	}
	return fmt.Errorf("its status is %s (%v)", n.Status, n.Error)
}

// told checks what the webhook was told of one notification: each fate once or
// more, always as the same event, and nothing after the final one. The provider
// may still say that it was delivered when it has been told as failed.
func told(n Notification, fates []Fate) error {
	want := map[string]string{"channel": "channel", "user": "user", "failed": "failure"}[n.Status]
	events := map[string]string{}
	final := ""
	for _, f := range fates {
		switch {
		case events[f.Trigger] != "":
			return fmt.Errorf("%s was told as event %s and as event %s", f.Trigger, events[f.Trigger], f.EventID)
		case final != "":
			return fmt.Errorf("%s (event %s) was told after %s (event %s), which was final", f.Trigger, f.EventID, final, events[final])
		case f.Trigger == "failure" && f.Reason != "unknown_outcome":
			return fmt.Errorf("the reason of its failure was told as %q", f.Reason)
		}
		if events[f.Trigger] = f.EventID; f.Final {
			final = f.Trigger
		}
	}
	if events[want] == "" && (want != "user" || final == "") {
		return fmt.Errorf("it was told as %v", fates)
	}
	return nil
}

// complaints reports the first few of many findings.
type complaints struct {
	t     *testing.T
	mu    sync.Mutex
	count int
}

func (c *complaints) add(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count++; c.count <= 5 {
		c.t.Errorf(format, args...)
	}
}

func (c *complaints) report() {
	if c.count > 5 {
		c.t.Errorf("… and %d more", c.count-5)
	}
}
