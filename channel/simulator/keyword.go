package simulator

import "strings"

// The kinds of keyword, as OptOutType calls them.
const (
	optOut  = "STOP"
	optIn   = "START"
	optHelp = "HELP"
)

// keyword says what the provider takes a whole message for; "" for an ordinary one.
func keyword(text string) string {
	switch strings.ToUpper(strings.TrimSpace(text)) {
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT":
		return optOut
	case "START", "YES", "UNSTOP":
		return optIn
	case "HELP", "INFO":
		return optHelp
	}
	return ""
}

// keep acts on a keyword as the provider does for its long codes, and returns
// what it took the message for and what it answers the person.
func (s *Simulator) keep(person, text string, senders ...string) (kind, answer string) {
	switch keyword(text) {
	case optOut:
		s.blocks.add(person, senders...)
		return optOut, "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe."
	case optIn:
		if !s.blocks.remove(person, senders...) {
			return "", "" // an ordinary YES
		}
		return optIn, "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	case optHelp:
		return optHelp, "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	}
	return "", ""
}
