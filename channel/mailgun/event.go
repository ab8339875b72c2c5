package mailgun

import (
	"encoding/json"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// event is what we read of an event webhook.
type event struct {
	Signature signature `json:"signature"`
	Data      struct {
		Event     string  `json:"event"`
		ID        string  `json:"id"`
		Timestamp float64 `json:"timestamp"`
		Recipient string  `json:"recipient"`
		Severity  string  `json:"severity"`
		Reason    string  `json:"reason"`
		Message   struct {
			Headers struct {
				MessageID string `json:"message-id"`
			} `json:"headers"`
		} `json:"message"`
		Variables map[string]any `json:"user-variables"`
		Client    struct {
			Bot string `json:"bot"`
		} `json:"client-info"`
		Status struct {
			Code        any    `json:"code"`
			Enhanced    string `json:"enhanced-code"`
			Message     string `json:"message"`
			Description string `json:"description"`
		} `json:"delivery-status"`
		Reject struct {
			Reason      string `json:"reason"`
			Description string `json:"description"`
		} `json:"reject"`
	} `json:"event-data"`
}

// event reads an event webhook.
func (s *sender) event(body []byte) (*channel.Received, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil && e.Signature.Token == "" {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the body is not an event")
	} else if err := s.check(e.Signature); err != nil {
		return nil, err
	} else if err != nil {
		return useless(), nil
	}
	d := &e.Data
	id, external := channel.Clean(d.ID), bareID(d.Message.Headers.MessageID)
	address, ok := mime.Normalise(d.Recipient)
	if !ok {
		address = channel.Clean(d.Recipient)
	}
	delivery, attempt := s.echo(&e)
	if id == "" || external == "" && delivery.IsZero() {
		return useless(), nil
	}
	if d.Event == "stored" { // a mail to us, which a route forwards
		return &channel.Received{}, nil
	}
	at := heliograph.Millis(0)
	if d.Timestamp > 0 && d.Timestamp < 1e11 {
		at = heliograph.Millis(d.Timestamp * 1000)
	}
	status := &channel.StatusFact{Delivery: delivery, Attempt: attempt, External: external, Address: address, Word: channel.Clean(d.Event)}
	facts := []channel.Fact{{Key: id, At: at, Status: status}}
	unsubscribe := func(source heliograph.ConsentSource) {
		if !ok {
			return
		}
		for _, f := range mime.Unsubscription(id, address, delivery, source, channel.Clean(d.Event)) {
			f.At = at
			facts = append(facts, f)
		}
	}
	switch d.Event {
	case "accepted":
		status.Status = heliograph.AtChannel
	case "delivered":
		status.Status = heliograph.AtUser
	case "opened", "clicked":
		if d.Client.Bot != "" {
			status.Word = "machine_" + d.Event // a scanner or an image proxy, not the person
			break
		}
		status.Status, status.Read = heliograph.AtUser, true
	case "failed":
		s.failed(&e, status, unsubscribe)
	case "rejected":
		status.Status = heliograph.Failed
		status.Result = channel.Final(heliograph.ReasonBadRequest, s.safe(d.Reject.Reason+" "+d.Reject.Description))
	case "unsubscribed":
		unsubscribe(heliograph.ConsentListUnsubscribe)
	case "complained":
		status.Status = heliograph.AtUser
		unsubscribe(heliograph.ConsentComplaint)
	}
	return &channel.Received{Facts: facts}, nil
}

// echo is which attempt an event is about: by the variables that were sent
// along, or else by our Message-ID.
func (s *sender) echo(e *event) (heliograph.NotificationID, int) {
	written, _ := e.Data.Variables["delivery_id"].(string)
	if d, ok := heliograph.ParseNotificationID(written); ok {
		n, _ := strconv.Atoi(text(e.Data.Variables["attempt"]))
		return d, max(n, 0)
	}
	d, n, _ := s.marks.ReadMessageID(e.Data.Message.Headers.MessageID)
	return d, n
}

// text is a value that Mailgun writes as a string or as a number.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// failed reads what became of a mail that Mailgun could not deliver.
func (s *sender) failed(e *event, f *channel.StatusFact, unsubscribe func(heliograph.ConsentSource)) {
	d := &e.Data
	f.Word = channel.Clean(strings.TrimSuffix("failed:"+d.Severity, ":"))
	if d.Severity == "temporary" {
		return // Mailgun tries again
	}
	said := d.Status.Message
	if said == "" {
		said = d.Status.Description
	}
	code, _ := strconv.Atoi(text(d.Status.Code))
	r := mime.Refusal(code, channel.Clean(d.Status.Enhanced), s.safe(said))
	if r.ProviderCode == "" && code != 0 {
		r.ProviderCode = strconv.Itoa(code)
	}
	gone := &channel.Suppress{Scope: heliograph.ScopeAll, Source: heliograph.ConsentHardBounce}
	switch d.Reason {
	case "bounce", "suppress-bounce":
		r.Reason, r.Suppress = heliograph.ReasonNotFound, gone
	case "suppress-unsubscribe":
		r.Reason, r.Suppress = heliograph.ReasonOptedOut, &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
		unsubscribe(heliograph.ConsentProvider)
	case "suppress-complaint":
		r.Reason, r.Suppress = heliograph.ReasonOptedOut, &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentComplaint}
		unsubscribe(heliograph.ConsentComplaint)
	case "espblock", "blacklisted":
		r.Reason, r.Suppress = heliograph.ReasonBlocked, nil
	case "greylisted", "old":
		r.Reason, r.Suppress = heliograph.ReasonUnreachable, nil
	}
	f.Status, f.Result = heliograph.Failed, r
}
