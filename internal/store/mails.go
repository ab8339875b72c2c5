package store

import (
	"context"
	"math"

	"heliograph"
)

// mailsRead is how many messages of a conversation are looked through for its
// thread: whoever has written more than that since the last mail begins a new one.
const mailsRead = 50

// Mails returns the newest mail of the person in a conversation that came
// through an integration, nil when there is none, and the subject that the
// newest mail of either side has.
func (s Messages) Mails(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, i heliograph.IntegrationID) (thread *heliograph.Mail, subject string, err error) {
	recent, err := s.Before(ctx, app, c, math.MaxInt64, mailsRead)
	if err != nil {
		return nil, "", err
	}
	for _, m := range recent {
		if m.Mail == nil {
			continue
		}
		if subject == "" {
			subject = m.Mail.Subject
		}
		if m.Role == heliograph.Customer && m.Source.Integration == i {
			return m.Mail, subject, nil
		}
	}
	return nil, subject, nil
}
