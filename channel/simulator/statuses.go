package simulator

import (
	"net/url"
	"strconv"
	"time"
)

// followText makes a message taken by the played Twilio run through its fate.
func (s *Simulator) followText(m *Message, fate Outcome, wait time.Duration) {
	track := &Track{Message: m, Fate: fate, Wait: wait, Works: works()}
	if m.callback != "" {
		track.Tell = func(to Step, forged bool) *Webhook {
			form, token := statusForm(m, to, s.now()), s.random.sid("")
			return &Webhook{Note: to.Status, Send: func() (WebhookAnswer, error) {
				return s.call(m.account, m.callback, form, token, forged)
			}}
		}
	}
	s.follow(track)
}

func statusForm(m *Message, to Step, now time.Time) url.Values {
	form := url.Values{
		"MessageSid": {m.sid}, "SmsSid": {m.sid}, "MessageStatus": {to.Status}, "SmsStatus": {to.Status},
		"AccountSid": {m.account}, "From": {m.from}, "To": {m.to}, "ApiVersion": {"2010-04-01"},
	}
	if m.service != "" {
		form.Set("MessagingServiceSid", m.service)
	}
	if to.Code != 0 {
		form.Set("ErrorCode", strconv.Itoa(to.Code))
	}
	if to.Status == "delivered" || to.Status == "undelivered" {
		form.Set("RawDlrDoneDate", now.UTC().Format("0601021504"))
	}
	return form
}
