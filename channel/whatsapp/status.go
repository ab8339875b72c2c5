package whatsapp

import (
	"strings"

	"heliograph"
	"heliograph/channel"
)

// status reads what became of a message of ours.
func (b *batch) status(f fields) {
	id, word := f.text("id"), f.text("status")
	if id == "" || word == "" {
		return
	}
	recipient := or(f.text("recipient_id"), f.text("recipient_user_id"))
	if a, ok := Normalise(recipient); ok {
		recipient = a
	}
	st := &channel.StatusFact{External: id, Address: recipient, Word: word, Price: price(f.object("pricing"))}
	st.Delivery, st.Attempt = echo(f.text("biz_opaque_callback_data"))
	switch word {
	case "accepted", "sent", "held_for_quality_assessment":
		st.Status = heliograph.AtChannel
	case "delivered":
		st.Status = heliograph.AtUser
	case "read", "played":
		st.Status, st.Read = heliograph.AtUser, true
	case "failed":
		st.Status = heliograph.Failed
		var p problem
		if errors := f.list("errors"); len(errors) > 0 {
			p = problemOf(errors[0])
		}
		st.Result = b.sender.failure(p, st.Attempt)
	}
	b.add(id+":"+word+":"+recipient, moment(f.text("timestamp")), channel.Fact{Status: st})
}

// price says what Meta will charge for: it names no amount.
func price(f fields) string {
	if f == nil {
		return ""
	}
	words := []string{f.text("category"), f.text("type"), f.text("pricing_model")}
	if string(f["billable"]) == "false" {
		words = append(words, "not billable")
	}
	return strings.Join(strings.Fields(strings.Join(words, " ")), " ")
}
