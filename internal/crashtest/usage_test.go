package crashtest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"heliograph/internal/testkit"
)

// usage is callers and customers who go on whatever happens to the server.
type usage struct {
	b     *Bed
	jobs  chan int
	fed   int
	quiet chan struct{} // closed: talks come to their end

	mu      sync.Mutex
	ids     map[string]string // accepted, by text
	retries int

	calls, talks sync.WaitGroup
	talkers      []*talker
}

func (u *usage) start() {
	u.jobs, u.quiet = make(chan int, notifications), make(chan struct{})
	for range callers {
		u.calls.Go(func() {
			for n := range u.jobs {
				u.accept(fmt.Sprintf("+1555%07d", n%1500), fmt.Sprintf("message %d", n))
			}
		})
	}
}

// feed gives the callers n more to send.
func (u *usage) feed(n int) {
	for range n {
		u.jobs <- u.fed
		u.fed++
	}
}

// stop waits until callers and customers have their answers.
func (u *usage) stop() {
	close(u.jobs)
	u.calls.Wait()
	close(u.quiet)
	u.talks.Wait()
}

// accept has one notification accepted. Twice in a while the caller asks once
// more with the same key, as if the answer had been lost on its way.
func (u *usage) accept(to, text string) {
	id, tries, err := u.b.Insist(to, text, "key of "+text)
	if err == nil && id[len(id)-1] == '7' {
		var again string
		again, _, err = u.b.Insist(to, text, "key of "+text)
		if again != id {
			err = fmt.Errorf("one key made %s and %s", id, again)
		}
	}
	if err != nil {
		u.b.t.Error(err)
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ids[text] = id
	u.retries += tries - 1
}

// talker is a customer who answers what they get.
type talker struct {
	phone   string
	sent    []string // the texts that were accepted for them, in order
	replies []string // what they wrote, in order
}

// talk starts n customers. They write until the test is over, and then once more.
func (u *usage) talk(n int) {
	for i := range n {
		k := &talker{phone: fmt.Sprintf("+1666%07d", i)}
		u.talkers = append(u.talkers, k)
		u.talks.Go(func() {
			for round := 0; ; round++ {
				last := false
				select {
				case <-u.quiet:
					last = true
				default:
				}
				for part := range 2 {
					text := fmt.Sprintf("talk %d.%d.%d", i, round, part)
					u.accept(k.phone, text)
					k.sent = append(k.sent, text)
				}
				reply := fmt.Sprintf("answer %d.%d", i, round)
				if !u.reply(k.phone, reply, fmt.Sprintf("SM%016x%016x", i+1, round+1)) {
					return
				}
				k.replies = append(k.replies, reply)
				if last {
					return
				}
			}
		})
	}
}

// reply tells what a customer wrote as a provider does that repeats until it is
// taken, with the same id each time.
func (u *usage) reply(from, body, sid string) bool {
	target := u.b.front.URL + "/hooks/twilio/" + u.b.Integration + "/inbound"
	form := url.Values{
		"MessageSid": {sid}, "SmsSid": {sid}, "AccountSid": {account}, "From": {from}, "To": {u.b.Number},
		"Body": {body}, "NumMedia": {"0"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	status := 0
	for end := time.Now().Add(4 * testkit.Deadline); time.Now().Before(end); pass(20 * time.Millisecond) {
		switch status = tell(u.b.http, target, sign(target, form), form); {
		case status == http.StatusOK:
			return true
		case status != 0 && status < 500:
			u.b.t.Errorf("the reply %q was answered %d", body, status)
			return false
		}
	}
	u.b.t.Errorf("the reply %q was never taken; the last answer was %d", body, status)
	return false
}

// checkTalks sees that every answer is there once, and that each notification
// went with an answer once, in order.
func (u *usage) checkTalks() {
	t := u.b.t
	total := 0
	for _, k := range u.talkers {
		total += len(k.replies)
	}
	Until(t, fmt.Sprintf("%d answers at the webhook", total), func() bool { return len(u.b.Told.Replies()) >= total })
	byText := map[string][]Reply{}
	for _, r := range u.b.Told.Replies() {
		byText[r.Text] = append(byText[r.Text], r)
	}
	for _, k := range u.talkers {
		var context []string
		for _, text := range k.replies {
			rs := byText[text]
			if len(rs) != 1 {
				t.Errorf("the answer %q was told as %d events", text, len(rs))
				continue
			}
			context = append(context, rs[0].Recent...)
		}
		if !slices.Equal(context, k.sent) {
			t.Errorf("%s got %q; its answers came with %q", k.phone, k.sent, context)
		}
	}
	t.Logf("%d answers, each once", total)
}
