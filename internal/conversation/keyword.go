package conversation

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// The meanings of keywords, as Consents and the channel contract spell them.
const (
	stopWord  = "stop"
	startWord = "start"
	helpWord  = "help"
)

// meaning is what f says about consent: what the provider took it for, else
// what our own lists say. Only bare texts are keywords.
func (s *Service) meaning(app *heliograph.App, f *channel.MessageFact, stopped bool) string {
	if f.Keyword != "" {
		return f.Keyword
	}
	if len(f.Media) > 0 || f.Content != nil || f.Reaction || f.Automatic {
		return ""
	}
	return s.Consents.Classify(app.Settings.Keywords, f.Text, stopped)
}

// resubscribe lifts what an unsubscription from this sender stopped, where the
// channel says that writing does so.
func (s *Service) resubscribe(ctx context.Context, c *heliograph.Client, consent *heliograph.Consent, f *channel.MessageFact) error {
	if !f.Resubscribes || c.Status != heliograph.ClientBlocked {
		return nil
	}
	delete(consent.Evidence, "word")
	_, err := s.Consents.Resubscribe(ctx, consent)
	return err
}

// keyword takes a keyword in and returns what to answer: nothing where the
// provider or carrier answers itself, or where nothing changed.
func (s *Service) keyword(ctx context.Context, app *heliograph.App, u *heliograph.User, c *heliograph.Client, id heliograph.MessageID, f *channel.MessageFact) (word, reply string, err error) {
	word = s.meaning(app, f, c.Status == heliograph.ClientBlocked)
	consent := &heliograph.Consent{
		App: app.ID, Integration: c.Integration, Address: c.Address, User: u.ID, Scope: heliograph.ScopeSender,
		Source: heliograph.ConsentKeyword, Evidence: map[string]string{"messageId": id.String(), "word": f.Text, "externalId": f.External},
	}
	if f.Keyword != "" {
		consent.Source = heliograph.ConsentProvider
	}
	changed := true
	switch word {
	case stopWord:
		changed, err = s.Consents.Suppress(ctx, consent)
		reply = app.Name + ": you will get no more messages from this number. Reply START to get them again."
	case startWord:
		changed, err = s.Consents.Unsuppress(ctx, consent)
		reply = app.Name + ": you will get messages from this number again. Reply STOP to end them."
	case helpWord:
		reply = s.Consents.HelpReply(app.Settings.Keywords)
	default:
		return "", "", s.resubscribe(ctx, c, consent, f)
	}
	if !changed || f.ProviderAnswers {
		reply = ""
	}
	return word, reply, err
}
