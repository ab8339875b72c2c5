package simulator

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// job is the telling of one status of one message.
type job struct {
	at    time.Time
	order uint64 // of jobs of the same moment
	m     *message
	fate  outcome
	steps []step // in the order of telling
	index int
	try   int
	token string
}

// follow makes a taken message run through its fate, from wait on.
func (o *postOffice) follow(m *message, fate outcome, wait time.Duration) {
	if m.callback == "" && o.limits.NoHistory {
		return
	}
	c := o.s.settings.Load()
	steps := fate.fate
	if steps == nil {
		steps = works()
	}
	if fate.last || c.Reorder {
		steps = slices.Clone(steps)
		slices.Reverse(steps)
	}
	fate.twice = fate.twice || c.Duplicate
	fate.silent = fate.silent || !c.Callbacks || m.callback == ""
	o.push(&job{at: time.Now().Add(wait), m: m, fate: fate, steps: steps})
}

// run does one job: the message reaches the status, its webhook is sent, and
// then the next status has its turn. What was not taken is tried again apart,
// so that it may well be overtaken.
func (o *postOffice) run(j *job) {
	s := o.s
	c := s.settings.Load()
	to := j.steps[j.index]
	started := time.Now()
	if j.try == 0 {
		if v := s.ledger.reach(j.m, to, s.now()); v.Status == "canceled" {
			return
		}
		s.stream.publishView(s.ledger, j.m)
	}
	if !j.fate.silent {
		o.tell(j, to, c)
	}
	if j.try == 0 && j.index+1 < len(j.steps) {
		o.push(&job{at: started.Add(millis(c.DeliveredMs)), m: j.m, fate: j.fate, steps: j.steps, index: j.index + 1})
	}
}

func (o *postOffice) tell(j *job, to step, c *Settings) {
	s := o.s
	if j.token == "" {
		j.token = s.random.sid("")
	}
	form := statusForm(j.m, to, s.now())
	a, err := s.call(j.m.account, j.m.callback, form, j.token, j.fate.forged)
	why := failure(a, err)
	if why == "" && j.fate.twice {
		_, _ = s.call(j.m.account, j.m.callback, form, j.token, j.fate.forged)
	}
	if why != "" && j.try < c.Retries && worthRetry(a, err) && s.ctx.Err() == nil {
		again := *j
		again.try++
		again.at = time.Now().Add(backoff(c.RetryMs, j.try))
		o.push(&again)
		return
	}
	s.ledger.change(j.m, func(m *message) {
		if why == "" {
			m.told++
		} else {
			m.untold++
		}
		m.lastError = why
	})
	if why != "" {
		s.log.Warn("status callback not taken", "sid", j.m.sid, "status", to.status, "why", why)
		s.stream.publishView(s.ledger, j.m)
	}
}

func backoff(firstMs, try int) time.Duration {
	return min(30*time.Second, millis(firstMs)<<min(try, 16))
}

func statusForm(m *message, to step, now time.Time) url.Values {
	form := url.Values{
		"MessageSid": {m.sid}, "SmsSid": {m.sid}, "MessageStatus": {to.status}, "SmsStatus": {to.status},
		"AccountSid": {m.account}, "From": {m.from}, "To": {m.to}, "ApiVersion": {"2010-04-01"},
	}
	if m.service != "" {
		form.Set("MessagingServiceSid", m.service)
	}
	if to.code != 0 {
		form.Set("ErrorCode", strconv.Itoa(to.code))
	}
	if to.status == "delivered" || to.status == "undelivered" {
		form.Set("RawDlrDoneDate", now.UTC().Format("0601021504"))
	}
	return form
}
