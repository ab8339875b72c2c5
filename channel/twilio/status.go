package twilio

import (
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// status reads a status callback. It is answered by nothing at all.
func (s *sender) status(req *channel.Request, form fields) (*channel.Received, error) {
	sid, err := messageSID(form)
	if err != nil {
		return nil, err
	}
	word := channel.Clean(form.first("MessageStatus", "SmsStatus"))
	f := &channel.StatusFact{External: sid, Word: word, Address: addressOf(form.get("To"))}
	f.Delivery, f.Attempt = echo(queryOf(req))
	switch word {
	case "accepted", "scheduled", "queued", "sending", "sent":
		f.Status = heliograph.AtChannel
	case "delivered":
		f.Status = heliograph.AtUser
	case "read":
		f.Status, f.Read = heliograph.AtUser, true
	case "undelivered", "failed":
		f.Status = heliograph.Failed
		code, _ := strconv.Atoi(form.get("ErrorCode"))
		f.Result = s.failure(code)
	case "canceled":
		f.Status = heliograph.Failed
		f.Result = channel.Final(heliograph.ReasonCancelled, "the message was cancelled at Twilio")
	}
	return &channel.Received{
		Facts:  []channel.Fact{{Key: sid + ":" + word, Status: f}},
		Answer: channel.Answer{Status: http.StatusNoContent},
	}, nil
}

// echo reads what Send put into the callback's URL.
func echo(query fields) (delivery heliograph.NotificationID, attempt int) {
	delivery, ok := heliograph.ParseNotificationID(query.get("d"))
	if !ok {
		return heliograph.NotificationID{}, 0
	}
	attempt, _ = strconv.Atoi(query.get("a"))
	return delivery, max(attempt, 0)
}

// addressOf is the one spelling of a number, or what was said where it is none,
// such as a short code.
func addressOf(said string) string {
	if n, ok := sms.Normalise(said); ok {
		return n
	}
	return channel.Clean(said)
}
