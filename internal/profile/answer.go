package profile

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Keyword takes a customer's message in as an opt-out, an opt-in or a call for
// help, in the transaction of ctx, with the message as evidence. is is false for
// an ordinary message. reply is what to answer; "" when nothing is to be said,
// or the provider says it.
func (s *Service) Keyword(ctx context.Context, in *heliograph.Integration, user heliograph.UserID, message heliograph.MessageID, f *channel.MessageFact, _ heliograph.Millis) (is bool, reply string, err error) {
	own, err := s.keywords(ctx, in.App)
	if err != nil {
		return false, "", err
	}
	meaning, err := s.meaning(ctx, own, in, f)
	if err != nil || meaning == NoKeyword {
		return false, "", err
	}
	c := &heliograph.Consent{
		App: in.App, Integration: in.ID, Address: f.From, User: user, Scope: heliograph.ScopeSender, Source: heliograph.ConsentKeyword,
		Evidence: map[string]string{"messageId": message.String(), "word": f.Text},
	}
	if f.Keyword != "" {
		c.Source = heliograph.ConsentProvider
	}
	changed := false
	switch meaning {
	case Stop:
		changed, err = s.Suppress(ctx, c)
		reply = s.words.stopReply
	case Start:
		changed, err = s.Unsuppress(ctx, c)
		reply = s.words.startReply
	case Help:
		changed, reply = true, s.words.helpReply
		if own != nil && own.HelpReply != "" {
			reply = own.HelpReply
		}
	}
	// One confirmation for one change, and none where the provider sends it.
	if !changed || f.ProviderAnswers {
		reply = ""
	}
	return true, reply, err
}

// Answered is told of every message before its sender is looked up, in the
// transaction of ctx: a link that waits for this address's activity or answer is
// confirmed or ended. An opt-out never confirms one.
func (s *Service) Answered(ctx context.Context, in *heliograph.Integration, f *channel.MessageFact, _ heliograph.Millis) error {
	waiting, err := s.Addresses.PendingAt(ctx, in.App, in.ID, f.From)
	if err != nil || len(waiting) == 0 {
		return err
	}
	own, err := s.keywords(ctx, in.App)
	if err != nil {
		return err
	}
	return s.confirmByActivity(ctx, waiting, &activity{text: f.Text, stop: f.Keyword == string(Stop) || s.Classify(own, f.Text, false) == Stop})
}

func (s *Service) keywords(ctx context.Context, app heliograph.AppID) (*heliograph.Keywords, error) {
	a, err := s.Apps.App(ctx, app)
	if err != nil {
		return nil, err
	}
	return a.Settings.Keywords, nil
}

// meaning returns what a message says about consent. What the provider took it
// for counts first.
func (s *Service) meaning(ctx context.Context, own *heliograph.Keywords, in *heliograph.Integration, f *channel.MessageFact) (Meaning, error) {
	switch m := Meaning(f.Keyword); m {
	case Stop, Start, Help:
		return m, nil
	}
	if m := s.Classify(own, f.Text, false); m != NoKeyword || s.Classify(own, f.Text, true) == NoKeyword {
		return m, nil
	}
	// A word that means something only to whom opted out.
	all, err := s.Consents.Suppressions(ctx, in.App, f.From)
	if err != nil {
		return NoKeyword, err
	}
	for _, p := range all {
		if p.Scope == heliograph.ScopeSender && p.Integration == in.ID {
			return Start, nil
		}
	}
	return NoKeyword, nil
}
