// Package conversation keeps conversations and their messages, and takes in
// what customers write. It sends nothing itself: a business's message leaves
// through the outbox. It knows neither HTTP nor SQL.
package conversation

import (
	"heliograph"
)

// Deps are the parts the engine is made of. Every field but Templates, Presence,
// Live and Actors must be set.
type Deps struct {
	Tx            Tx
	Conversations Conversations
	Messages      Messages
	Sayings       Sayings
	Users         Users
	Clients       Clients
	Inbound       Inbound
	Events        Events
	Outbox        Outbox
	Reach         Reach
	Deliveries    Deliveries
	Apps          Apps
	Consents      Consents
	Links         Links
	Identities    Identities
	Templates     Templates
	Receipts      Receipts
	Presence      Presence // nil: nobody is ever there
	Live          Live     // nil: nobody has a live connection
	Actors        Actors   // nil: nobody is shown what the business does
	Files         Files
	IDs           *heliograph.IDMaker
	Now           heliograph.Clock
}

// Service is the engine.
type Service struct {
	Deps
	sights sights
}

// New returns an engine.
func New(d Deps) *Service { return &Service{Deps: d} }

func (s *Service) now() heliograph.Millis { return heliograph.At(s.Now()) }

// errNoConversation is for callers who ask for what has not started.
func errNoConversation() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeConversationNotFound, "this user has no conversation yet")
}
