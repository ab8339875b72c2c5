package conversation

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// heard is what somebody wrote to an integration, and who that is.
type heard struct {
	in      *heliograph.Integration
	at      heliograph.Millis // when, by the provider's word
	f       *channel.MessageFact
	user    *heliograph.User
	client  *heliograph.Client
	answers *heliograph.Attribution
}

// message is one of the contents of h, at the place that conv was moved to.
func (h *heard) message(conv *heliograph.Conversation, id heliograph.MessageID, c heliograph.Content) *heliograph.Message {
	c.Author = heliograph.Author{ID: h.user.ID.String(), Name: shownName(h.user, h.client, h.f)}
	c.Answers = h.answers
	return &heliograph.Message{
		ID: id, App: h.user.App, Conversation: conv.ID, User: h.user.ID, Seq: conv.Seq, Received: conv.LastReceived,
		Role: heliograph.Customer, Content: c,
		Source: heliograph.Source{Type: h.in.Type, Integration: h.in.ID, ExternalID: h.f.External, At: h.at},
	}
}

// event is what the event of such a message tells.
func (h *heard) event() heliograph.EventData {
	return heliograph.EventData{Channel: h.in.Type, Integ: h.in.ID, Client: h.client.ID}
}

// receiveFast tries the fast way: for somebody known who says something that is
// no keyword and attaches nothing, from an address that no link waits for. false:
// it is left to do.
func (s *Service) receiveFast(ctx context.Context, in *heliograph.Integration, raw []byte, fact *channel.Fact) (done bool, err error) {
	f := cleaned(fact.Message)
	app, err := s.Apps.App(ctx, in.App)
	if err != nil || len(f.Media) > 0 || !f.Answers.IsZero() || isLinkCode(f.Text) || s.meaning(app, f, false) != "" || s.meaning(app, f, true) != "" {
		return false, nil
	}
	now := s.now()
	what := &Saying{App: in.App, At: now, From: &From{
		Integration: in, Address: f.From, Record: s.IDs.Record(), Key: factKey(fact.Key), Raw: raw, Since: now.Add(-AnswerWindow),
	}}
	what.Write = func(at *Place) bool {
		h := &heard{in: in, at: fact.At, f: f, user: at.User, client: at.Client}
		if len(at.Sent) > 0 {
			h.answers = attributeTo(at.Sent, in.ID, f)
		}
		for _, c := range contents(f) {
			contextFrom := takeIn(at.Conversation, now)
			s.speak(at, h.message(at.Conversation, s.IDs.Message(), *kept(app, &c)), contextFrom, h.event())
		}
		return true
	}
	err = s.Sayings.Say(ctx, what)
	return err == nil && what.Done, err
}

// isLinkCode reports whether a message is a code, which may make its sender
// somebody else.
func isLinkCode(text string) bool {
	_, is := heliograph.ParseLinkCode(text)
	return is
}
