package conversation

import (
	"context"
	"slices"
	"time"

	"heliograph"
	"heliograph/channel"
)

// AnswerWindow is how far back an answer is tied to what was sent without the
// provider saying so.
const AnswerWindow = 7 * 24 * time.Hour

// RecentSent is how many sent messages an answer is compared with.
const RecentSent = 20

// attribute returns which sent message f answers, and how sure that is: what
// the provider says; else the latest to the same address from the same sender;
// else the latest of all.
func (s *Service) attribute(ctx context.Context, in *heliograph.Integration, conv *heliograph.Conversation, f *channel.MessageFact, now heliograph.Millis) (*heliograph.Attribution, error) {
	if !f.Answers.IsZero() {
		sent, err := s.Messages.Delivered(ctx, conv.App, f.Answers)
		if err != nil {
			return nil, err
		}
		if sent != nil && sent.Integration == in.ID && sent.Address == f.From {
			return sent.answered(heliograph.ExactAnswer), nil
		}
	}
	if conv.Seq == 0 {
		return nil, nil // nothing was ever said here
	}
	recent, err := s.Messages.Outbound(ctx, conv.App, conv.ID, now.Add(-AnswerWindow), RecentSent)
	if err != nil || len(recent) == 0 {
		return nil, err
	}
	return attributeTo(recent, in.ID, f), nil
}

// attributeTo chooses among what was sent lately, newest first.
func attributeTo(recent []Sent, in heliograph.IntegrationID, f *channel.MessageFact) *heliograph.Attribution {
	same := func(t Sent) bool { return t.Integration == in && t.Address == f.From }
	if f.AnswersExternal != "" {
		quoted := func(t Sent) bool { return same(t) && slices.Contains(t.External, f.AnswersExternal) }
		if i := slices.IndexFunc(recent, quoted); i >= 0 {
			return recent[i].answered(heliograph.ExactAnswer)
		}
	}
	if i := slices.IndexFunc(recent, same); i >= 0 {
		return recent[i].answered(heliograph.SameSender)
	}
	return recent[0].answered(heliograph.LastOutbound)
}

func (t *Sent) answered(c heliograph.Confidence) *heliograph.Attribution {
	a := &heliograph.Attribution{Message: t.Message, Confidence: c}
	if t.Kind == heliograph.NotificationDelivery {
		a.Notification = t.Delivery
	}
	return a
}
