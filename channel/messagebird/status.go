package messagebird

import (
	"strconv"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// thanks is the answer to everything.
var thanks = channel.Answer{Status: 200, ContentType: "text/plain", Body: "OK"}

// status reads a status report.
func (s *sender) status(q fields) (*channel.Received, error) {
	id := q.first("id")
	if id == "" || len(id) > maxID {
		return nil, invalid("id is missing")
	}
	word, reason := strings.ToLower(q.first("status")), plainReason(q.first("statusreason"))
	recipient := q.first("recipient")
	f := &channel.StatusFact{External: id, Word: s.safe(word), Address: addressOf(recipient), Price: price(q)}
	f.Delivery, f.Attempt = echo(q.first("reference"))
	switch word {
	case "scheduled", "sent", "buffered":
		f.Status = heliograph.AtChannel
	case "delivered":
		f.Status = heliograph.AtUser
	case "expired", "delivery_failed":
		if reason == "dlr not received" {
			// The network had it and never told more: it may well have arrived.
			f.Status, f.Word = heliograph.AtChannel, reason
			break
		}
		code, _ := strconv.Atoi(q.first("statuserrorcode"))
		f.Status, f.Result = heliograph.Failed, failure(code, s.safe(reason))
		if word == "expired" && f.Result.Reason == heliograph.ReasonUncategorized && code == 0 {
			f.Result, _ = byReason(word)
		}
	}
	return &channel.Received{
		Facts:  []channel.Fact{{Key: key(id, recipient, word), At: moment(q.first("statusdatetime")), Status: f}},
		Answer: thanks,
	}, nil
}

// maxID bounds the ids of messages, which have 32 hex digits.
const maxID = 128

// key is the same for every repetition of one report.
func key(id, recipient, word string) string {
	if len(recipient)+len(word) > maxID {
		recipient, word = recipient[:min(len(recipient), maxID/2)], word[:min(len(word), maxID/2)]
	}
	return channel.Clean(id + ":" + recipient + ":" + word)
}

// plainReason is how the vendor's list spells a reason.
func plainReason(said string) string {
	return strings.TrimSpace(strings.ToLower(strings.ReplaceAll(said, "_", " ")))
}

// echo reads what Send put into the reference.
func echo(reference string) (delivery heliograph.NotificationID, attempt int) {
	id, number, _ := strings.Cut(reference, ".")
	delivery, ok := heliograph.ParseNotificationID(id)
	if !ok {
		return heliograph.NotificationID{}, 0
	}
	attempt, _ = strconv.Atoi(number)
	return delivery, max(attempt, 0)
}

func price(q fields) string {
	amount, currency := q.first("price[amount]"), q.first("price[currency]")
	if amount == "" || len(amount)+len(currency) > 32 {
		return ""
	}
	return strings.TrimSpace(amount + " " + strings.ToUpper(currency))
}

// moment reads a time in RFC 3339; 0 when it is none. A plus sign that was not
// encoded arrives as a space.
func moment(said string) heliograph.Millis {
	at, err := time.Parse(time.RFC3339, strings.ReplaceAll(said, " ", "+"))
	if err != nil || at.Year() < 2000 || at.Year() > 9999 {
		return 0
	}
	return heliograph.At(at)
}

// addressOf is the one spelling of a number, or what was said where it is none,
// such as a short code.
func addressOf(said string) string {
	if n, ok := sms.Normalise(said); ok {
		return n
	}
	return said
}
