package crashtest

import (
	"slices"
	"testing"

	"heliograph/channel/simulator"
	"heliograph/internal/testkit/pgtest"
)

// everyChannel are the faults that every channel with receipts may meet. reached
// is how often the provider calls when all is well.
func everyChannel() []fault {
	ok := func(f fault) fault {
		f.status, f.taken, f.callbacks, f.told = "user", 1, 2, "channel, user*"
		return f
	}
	failed := func(f fault) fault {
		f.status, f.reason, f.attempts, f.requests, f.told = "failed", "unknown_outcome", "unknown", 1, unsaid
		return f
	}
	return []fault{
		ok(fault{name: "nothing", attempts: "accepted", requests: 1}),
		ok(fault{name: "throttled twice", rule: times(2, "429", wait(1)), attempts: "retry retry accepted", requests: 3, story: []string{retried, "HTTP 429"}}),
		ok(fault{name: "500, taken all the same", rule: times(1, "500", taken(true)), delivery: resend, attempts: "unknown", requests: 1, story: []string{doubted, settled}}),
		failed(fault{name: "500, not taken", rule: times(1, "500"), story: []string{doubted}}),
		failed(fault{name: "never answered", rule: times(1, "timeout", taken(false)), story: []string{doubted, "it took too long"}}),
		ok(fault{name: "never answered, policy resend", rule: times(1, "timeout", taken(false)), delivery: resend, attempts: "unknown accepted", resent: true, requests: 2, story: []string{doubted}}),
		ok(fault{name: "never answered, taken all the same", rule: times(1, "timeout", taken(true)), delivery: resend, attempts: "unknown", requests: 1, story: []string{settled}}),
		ok(fault{name: "answer lost", rule: times(1, "lost"), delivery: resend, attempts: "unknown", requests: 1, story: []string{doubted, settled}}),
		failed(fault{name: "connection reset", rule: times(1, "refuse-body"), story: []string{doubted}}),
		ok(fault{name: "malformed answer", rule: times(1, "malformed"), delivery: resend, attempts: "unknown", requests: 1, story: []string{doubted, settled}}),
		ok(fault{name: "delivered before sent", rule: times(1, "reorder"), attempts: "accepted", requests: 1}),
		ok(fault{name: "every webhook twice", rule: times(1, "duplicate"), attempts: "accepted", requests: 1}),
		{name: "wrong signature", rule: times(1, "forge"), status: "channel", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel"},
		{name: "no webhook", rule: times(1, "silent"), status: "channel", attempts: "accepted", requests: 1, taken: 1, told: "channel"},
	}
}

// suppressed is what is told of a message to an address that nothing is sent to
// any more.
const suppressed = "failure* opted_out"

func refusedWith(code int, reason string) fault {
	return fault{name: "refused", rule: times(1, "error", simulator.Params{Code: code}), status: "failed", reason: reason, attempts: "final", requests: 1, told: "failure* " + reason}
}

// readAlone is a message that is told to be read, and never to be delivered.
func readAlone() fault {
	return fault{name: "read without delivered", last: "0600", status: "user", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel, user*"}
}

// optedOut is a person who does not want more: the next message is not sent.
func optedOut(last, attempts, told string, callbacks int) fault {
	f := fault{name: "opted out", last: last, status: "failed", reason: "opted_out", attempts: attempts, requests: 1, told: told, stopped: suppressed, callbacks: callbacks}
	if attempts == "accepted" {
		f.taken = 1
	}
	return f
}

// TestFaultsOfChannels sends notifications of every other channel into faults.
func TestFaultsOfChannels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		*played
		own []fault
	}{
		{whatsApp(), []fault{
			refusedWith(132001, "template_unavailable"), readAlone(),
			optedOut("0010", "accepted", "channel, failure* opted_out", 1).but("opted out of marketing", func(f *fault) { f.marketing = true }),
			{name: "failed, then delivered after all", last: "0609", status: "user", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel, failure* unreachable"},
		}},
		{messageBird(), []fault{
			refusedWith(10, "not_found"), optedOut("0610", "accepted", "channel, failure* opted_out", 2),
		}},
		{aggregator(), []fault{
			refusedWith(422, "not_found").but("refused", func(f *fault) { f.stopped = suppressed }), readAlone(),
			optedOut("0610", "accepted", "channel, failure* opted_out", 2),
		}},
		{mailGun(), []fault{
			refusedWith(400, "bad_request"), readAlone(),
			optedOut("0610", "accepted", "channel, failure* opted_out", 2),
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tryChannel(t, c.played, slices.Concat(everyChannel(), c.own))
		})
	}
}

// TestFaultsOfMail: a mail server that took a mail tells no more, but for a
// bounce, so that there is no echo and its word is final.
func TestFaultsOfMail(t *testing.T) {
	t.Parallel()
	took := fault{status: "channel", requests: 1, taken: 1, told: "channel*", attempts: "accepted"}
	doubt := fault{status: "failed", reason: "unknown_outcome", attempts: "unknown", requests: 1, told: unsaid, story: []string{doubted}}
	tryChannel(t, mailServer(), []fault{
		took.but("nothing", func(*fault) {}),
		took.but("greylisted twice", func(f *fault) {
			f.rule, f.attempts, f.requests, f.story = times(2, "429"), "retry retry accepted", 3, []string{retried}
		}),
		took.but("turned away for now after the dot", func(f *fault) {
			f.rule, f.attempts, f.requests, f.story = times(1, "500"), "retry accepted", 2, []string{retried}
		}),
		took.but("connection reset before the dot", func(f *fault) {
			f.rule, f.attempts, f.requests, f.story = times(1, "refuse-body"), "retry accepted", 2, []string{retried}
		}),
		doubt.but("never answered", func(f *fault) { f.rule = times(1, "timeout", taken(false)) }),
		doubt.but("never answered, taken all the same", func(f *fault) { f.rule, f.taken = times(1, "timeout", taken(true)), 1 }),
		doubt.but("answer lost", func(f *fault) { f.rule, f.taken = times(1, "lost"), 1 }),
		doubt.but("malformed answer", func(f *fault) { f.rule, f.taken = times(1, "malformed"), 1 }),
		{name: "refused", rule: times(1, "error"), status: "failed", reason: "not_found", attempts: "final", requests: 1, told: "failure* not_found", stopped: suppressed},
		{name: "content refused", rule: times(1, "data-error"), status: "failed", reason: "blocked", attempts: "final", requests: 1, told: "failure* blocked"},
		took.but("bounced", func(f *fault) {
			f.rule, f.status, f.reason, f.callbacks, f.stopped = times(1, "bounce"), "failed", "not_found", 1, suppressed
			f.story = []string{"It failed after all"}
		}),
		took.but("called spam", func(f *fault) { f.rule, f.callbacks, f.stopped = times(1, "complain"), 1, suppressed }),
	})
}

func (f fault) but(name string, change func(*fault)) fault {
	f.name = name
	change(&f)
	return f
}

func tryChannel(t *testing.T, p *played, rows []fault) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		tryChannelOn(t, p, rows, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		tryChannelOn(t, p, rows, pgtest.URL(t))
	})
}

func tryChannelOn(t *testing.T, p *played, rows []fault, database string) {
	network := Network()
	network.Magic, network.Retries = true, 2
	b := New(t, Options{DatabaseURL: database, Everything: true, Network: network, Args: []string{"--provider-timeout=1s"}})
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b.On(t)
			if row.last == "" {
				row.last = "1234"
			}
			f := &faulty{Bed: b, t: t, channel: p, number: i, phone: p.address(i, row.last), fault: row}
			f.run()
		})
	}
}
