package crashtest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heliograph/channel/simulator"
	"heliograph/internal/testkit/pgtest"
)

// fault is one way in which a send goes wrong, and all that must come of it.
type fault struct {
	name      string
	rule      *simulator.Rule
	last      string // of the recipient, where that is magic
	marketing bool
	delivery  map[string]any // nil: policy fail, echo window 1 s
	// meanwhile is done once the story holds until.
	until     string
	meanwhile func(*faulty)

	status    string   // in the end
	reason    string   // of a failure
	attempts  string   // how each ended
	resent    bool     //
	requests  int      // that the provider got
	taken     int      // messages that it took
	callbacks int      // of the message, that were taken or given up
	told      string   // the webhooks, in order; a star is isFinalEvent
	story     []string // sentences of its why
	stopped   string   // what is told of the next message, which is not sent; "": it is
}

func times(n int, action string, p ...simulator.Params) *simulator.Rule {
	r := &simulator.Rule{Action: action, Count: n}
	if len(p) > 0 {
		r.Params = p[0]
	}
	return r
}

func wait(seconds int) simulator.Params { return simulator.Params{RetryAfter: &seconds} }
func taken(yes bool) simulator.Params   { return simulator.Params{Accept: &yes} }

var (
	resend = map[string]any{"unknownTransactional": "resend", "echoWindowSeconds": 1}
	hold   = map[string]any{"unknownTransactional": "hold", "echoWindowSeconds": 1}
)

const (
	retried = "It will be tried again"
	doubted = "It is held for the provider's echo"
	settled = "the provider's call settled an open attempt"
	unsaid  = "failure* unknown_outcome"
)

// faults is the fault table: what a caller, an operator and a receiver of
// webhooks see of each.
func faults() []fault {
	return []fault{
		{name: "nothing", status: "user", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel, user*"},

		// Surely not processed: it waits in the queue, and goes again.
		{name: "429 with Retry-After", rule: times(2, "429", wait(1)), status: "user", attempts: "retry retry accepted",
			requests: 3, taken: 1, callbacks: 2, told: "channel, user*", story: []string{retried, "HTTP 429"}},
		{name: "503 with Retry-After", rule: times(1, "503", wait(1)), status: "user", attempts: "retry accepted",
			requests: 2, taken: 1, callbacks: 2, told: "channel, user*", story: []string{retried}},
		{name: "429 until its attempts are used up", rule: times(2, "429", wait(0)), delivery: map[string]any{"maxAttempts": 2}, status: "failed", reason: "too_many_requests",
			attempts: "retry retry", requests: 2, told: "failure* too_many_requests", story: []string{retried}},

		// Perhaps processed: it is held for the echo, and the policy decides.
		{name: "500, policy fail", rule: times(1, "500"), status: "failed", reason: "unknown_outcome", attempts: "unknown",
			requests: 1, told: unsaid, story: []string{doubted, "the integration's policy is not to send it again"}},
		{name: "500, policy resend", rule: times(1, "500"), delivery: resend, status: "user", attempts: "unknown accepted", resent: true,
			requests: 2, taken: 1, callbacks: 2, told: "channel, user*", story: []string{doubted, "may arrive twice"}},
		{name: "500, taken all the same", rule: times(1, "500", taken(true)), status: "user", attempts: "unknown",
			requests: 1, taken: 1, callbacks: 2, told: "channel, user*", story: []string{doubted, settled}},
		{name: "500, policy hold, given up by a person", rule: times(1, "500"), delivery: hold, until: "it waits for an echo, a look-up or a person",
			meanwhile: func(f *faulty) { f.Must(http.MethodDelete, f.base+"/notifications/"+f.id, nil, nil) },
			status:    "cancelled", reason: "cancelled", attempts: "unknown", requests: 1, told: "failure* cancelled", story: []string{doubted}},
		{name: "500, policy hold, settled by a late word", rule: times(1, "500"), delivery: hold, until: "it waits for an echo, a look-up or a person",
			meanwhile: func(f *faulty) { f.callback("delivered", http.StatusNoContent) },
			status:    "user", attempts: "unknown", requests: 1, told: "channel, user*", story: []string{settled}},
		{name: "time-out after the body was sent", rule: times(1, "timeout", taken(false)), status: "failed", reason: "unknown_outcome",
			attempts: "unknown", requests: 1, told: unsaid, story: []string{doubted, "it took too long"}},
		{name: "time-out, taken all the same", rule: times(1, "timeout", taken(true)), status: "user", attempts: "unknown",
			requests: 1, taken: 1, callbacks: 2, told: "channel, user*", story: []string{settled}},
		{name: "lost answer with a later echo", rule: times(1, "lost"), delivery: resend, status: "user", attempts: "unknown",
			requests: 1, taken: 1, callbacks: 2, told: "channel, user*", story: []string{doubted, settled}},
		{name: "malformed answer", rule: times(1, "malformed", taken(false)), status: "failed", reason: "unknown_outcome", attempts: "unknown",
			requests: 1, told: unsaid, story: []string{doubted, "cannot be read"}},
		{name: "malformed answer of a message that was taken", rule: times(1, "malformed"), status: "user", attempts: "unknown",
			requests: 1, taken: 1, callbacks: 2, told: "channel, user*", story: []string{settled}},
		{name: "connection reset", rule: times(1, "refuse-body"), status: "failed", reason: "unknown_outcome", attempts: "unknown",
			requests: 1, told: unsaid, story: []string{doubted}},
		{name: "a late receipt after the failure was told", rule: times(1, "500"), until: "It failed",
			meanwhile: func(f *faulty) { f.callback("delivered", http.StatusNoContent) },
			status:    "user", attempts: "unknown", requests: 1, told: unsaid, story: []string{"the provider called back: delivered"}},

		// Refused: it ends, or the lane does.
		{name: "no such number", rule: times(1, "error", simulator.Params{Code: 21211}), status: "failed", reason: "not_found",
			attempts: "final", requests: 1, told: "failure* not_found", stopped: suppressed},
		{name: "opted out at the provider", rule: times(1, "error", simulator.Params{Code: 21610}), status: "failed", reason: "opted_out",
			attempts: "final", requests: 1, told: "failure* opted_out", stopped: suppressed},
		{name: "credentials refused, then repaired", rule: times(1, "error", simulator.Params{Code: 20003}), until: "The lane pauses",
			meanwhile: (*faulty).resume, status: "user", attempts: "pause accepted", requests: 2, taken: 1, callbacks: 2, told: "channel, user*"},

		// The provider's word of it.
		{name: "undelivered", rule: times(1, "undelivered", simulator.Params{Code: 30003}), status: "failed", reason: "unreachable",
			attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel, failure* unreachable"},
		{name: "forged signature", rule: times(1, "forge"), status: "channel", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel"},
		{name: "a forged word after a true one", rule: times(1, "silent"), until: "the provider has it",
			meanwhile: func(f *faulty) {
				f.callback("sent", http.StatusNoContent)
				f.forge("delivered")
			},
			status: "channel", attempts: "accepted", requests: 1, taken: 1, told: "channel"},
		{name: "duplicate callbacks", rule: times(1, "duplicate"), status: "user", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel, user*"},
		{name: "reordered callbacks", rule: times(1, "reorder"), status: "user", attempts: "accepted", requests: 1, taken: 1, callbacks: 2, told: "channel, user*"},
		{name: "no callback", rule: times(1, "silent"), status: "channel", attempts: "accepted", requests: 1, taken: 1, told: "channel"},
	}
}

// TestFaults sends one notification into each fault.
func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		tryFaults(t, "")
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		tryFaults(t, pgtest.URL(t))
	})
}

func tryFaults(t *testing.T, database string) {
	b := New(t, Options{DatabaseURL: database, Network: Network(), Args: []string{"--provider-timeout=1s"}})
	for i, row := range faults() {
		t.Run(row.name, func(t *testing.T) {
			// Not parallel to others on this program: the machine may be small, and
			// echo windows are short.
			b.On(t)
			f := &faulty{Bed: b, t: t, phone: fmt.Sprintf("+1777%07d", i), fault: row}
			f.run()
		})
	}
}

// TestProviderOutOfReach: while nothing listens at the provider, messages wait
// in order, and then go out once.
func TestProviderOutOfReach(t *testing.T) {
	t.Parallel()
	b := New(t, Options{Network: Network()})
	address := b.Provider.Listener.Addr().String()
	b.Provider.CloseClientConnections()
	b.Provider.Close()
	first, second := b.Send("+15550000001", "first"), b.Send("+15550000001", "second")
	Until(t, "an attempt", func() bool { return strings.Contains(b.Why(first), "the provider is out of reach") })
	for id, attempted := range map[string]bool{first: true, second: false} {
		if n := b.Get(id); n.Status != "queued" && n.Status != "sending" || n.Attempts > 0 != attempted || len(b.Told.Fates(id)) != 0 {
			t.Errorf("during the outage: %+v, told %v", n, b.Told.Fates(id))
		}
	}
	b.OpenProvider(address)
	Until(t, "both", func() bool { return b.Get(first).Status == "user" && b.Get(second).Status == "user" })
	var phone struct{ Messages []struct{ Body string } }
	b.Simulate(http.MethodGet, "/sim/phones/+15550000001", nil, &phone)
	if got := fmt.Sprint(phone.Messages); got != "[{first} {second}]" {
		t.Errorf("the phone has %s", got)
	}
	attempts := b.Get(first).AttemptList
	for i, a := range attempts {
		want := "retry"
		if i == len(attempts)-1 {
			want = "accepted"
		}
		if a.Outcome != want {
			t.Errorf("attempt %d: %s, want %s", a.Number, a.Outcome, want)
		}
	}
	Until(t, "webhooks", func() bool { return len(b.Told.Fates(second)) == 2 })
	if told := fmt.Sprint(b.Told.Fates(first)); len(b.Told.Fates(first)) != 2 || !strings.Contains(told, "{channel false ") || !strings.Contains(told, "{user true ") {
		t.Errorf("told %s", told)
	}
}

// faulty is one row of the table at work, on an integration of its own.
type faulty struct {
	*Bed
	fault
	t           *testing.T
	channel     *played // nil: Twilio
	number      int
	phone, id   string
	integration string
	through     map[string]any // what every message of it is
}

// integrate makes the integration, and returns what every message of it is.
func (f *faulty) integrate() map[string]any {
	if f.delivery == nil {
		f.delivery = map[string]any{"unknownTransactional": "fail", "echoWindowSeconds": 1}
	}
	message := map[string]any{}
	if f.channel == nil {
		f.integration = f.Integrate(f.delivery)
	} else {
		f.integration = f.Join(f.channel, f.number, f.delivery)
		maps.Copy(message, f.channel.message)
	}
	message["destination"] = map[string]string{"integrationId": f.integration, "destinationId": f.phone}
	if f.marketing {
		message["category"] = "marketing"
	}
	return message
}

func (f *faulty) run() {
	through := f.integrate()
	if f.rule != nil {
		f.rule.Match.To = f.phone
		f.Simulate(http.MethodPost, "/sim/rules", f.rule, nil)
	}
	f.id = f.Send(f.phone, f.name, through)
	if f.until != "" {
		Until(f.t, f.until, func() bool { return strings.Contains(f.Why(f.id), f.until) })
		f.meanwhile(f)
	}
	Until(f.t, "the status "+f.status, func() bool { return f.Get(f.id).Status == f.status })
	Until(f.t, fmt.Sprintf("%d callbacks", f.callbacks), f.calledBack)
	// Webhooks of one conversation come in order: what was told of the next
	// message says that all was told of this one.
	next := f.Send(f.phone, "after "+f.name, through)
	Until(f.t, "the fate of the next message", func() bool { return len(f.Told.Fates(next)) > 0 })
	if f.stopped != "" {
		if got := strings.Join(f.fates(next), ", "); got != f.stopped {
			f.t.Errorf("of the next message was told: %s, want %s", got, f.stopped)
		}
	}
	f.check()
}

func (f *faulty) calledBack() bool {
	var out struct{ Messages []simulator.View }
	f.Simulate(http.MethodGet, "/sim/messages?to="+url.QueryEscape(f.phone), nil, &out)
	n := 0
	for _, m := range out.Messages {
		n += m.WebhooksTaken + m.WebhooksLost
	}
	return n >= f.callbacks
}

func (f *faulty) check() {
	n, story := f.Get(f.id), f.Why(f.id)
	var attempts []string
	for _, a := range n.AttemptList {
		attempts = append(attempts, a.Outcome)
	}
	told := f.fates(f.id)
	reason := ""
	if n.Error != nil {
		reason = n.Error.Code
	}
	var c simulator.Counts
	f.Simulate(http.MethodGet, "/sim/counts?to="+url.QueryEscape(f.phone), nil, &c)
	takenOnce, requests := 0, 0
	for _, r := range c.Recipients {
		takenOnce, requests = takenOnce+r.Accepted, requests+r.Requests
	}
	if f.stopped == "" { // the next message's own
		takenOnce, requests = takenOnce-1, requests-1
	}
	got := []any{n.Status, reason, strings.Join(attempts, " "), n.Attempts, n.Resent, requests, takenOnce, strings.Join(told, ", ")}
	want := []any{f.status, f.reason, f.attempts, len(attempts), f.resent, f.requests, f.taken, f.told}
	for i, what := range []string{"status", "reason", "attempts", "count of attempts", "resent", "requests", "messages taken", "webhooks"} {
		if got[i] != want[i] {
			f.t.Errorf("%s: %v, want %v", what, got[i], want[i])
		}
	}
	for _, s := range f.story {
		if !strings.Contains(story, s) {
			f.t.Errorf("its story does not say %q", s)
		}
	}
	if f.t.Failed() {
		f.t.Log(story)
	}
}

// fates are the words of what was told of a message.
func (f *faulty) fates(id string) (told []string) {
	for _, x := range f.Told.Fates(id) {
		word := x.Trigger
		if x.Final {
			word += "*"
		}
		if x.Reason != "" {
			word += " " + x.Reason
		}
		if told = append(told, word); x.Times != 1 {
			f.t.Errorf("%s was told %d times", word, x.Times)
		}
	}
	return told
}

// callback tells a status of the message as the provider does.
func (f *faulty) callback(word string, want int) { f.post(word, "", want) }

// forge tells one that is signed with another token.
func (f *faulty) forge(word string) { f.post(word, "bm90IHRoZSBzaWduYXR1cmU=", http.StatusForbidden) }

func (f *faulty) post(word, signature string, want int) {
	target := f.front.URL + "/hooks/twilio/" + f.integration + "/status?d=" + f.id + "&a=1"
	form := url.Values{"MessageSid": {"SM" + strings.Repeat("0", 32)}, "MessageStatus": {word}, "AccountSid": {account}, "To": {f.phone}}
	if signature == "" {
		signature = sign(target, form)
	}
	if got := tell(f.http, target, signature, form); got != want {
		f.t.Errorf("the callback %q was answered %d, want %d", word, got, want)
	}
}

// resume has the integration go on after someone has repaired it.
func (f *faulty) resume() {
	path := f.base + "/integrations/" + f.integration
	Until(f.t, "the pause to be told", func() bool {
		var out struct {
			Integration struct{ Paused *struct{ Reason string } }
		}
		f.Must(http.MethodGet, path, nil, &out)
		return out.Integration.Paused != nil && out.Integration.Paused.Reason != ""
	})
	f.Must(http.MethodPost, path+"/resume", nil, nil)
}
