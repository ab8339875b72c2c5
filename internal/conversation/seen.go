package conversation

import (
	"context"
	"sync"
	"time"

	"heliograph"
)

// MaxSeen is how many of the newest messages of a conversation are looked at when
// somebody has seen it.
const MaxSeen = 100

// seenAhead is how far in the future the moment of a message may be: in a burst
// each is a millisecond later than the last.
const seenAhead = time.Minute

// Seen takes in that a device shows a user's conversation to the person, up to the
// message that was received at until: pushes of it that wait are not sent, those
// that were sent have reached the person, and no other channel gets it for being
// unread. Saying so again changes nothing and costs nothing.
func (s *Service) Seen(ctx context.Context, app heliograph.AppID, user heliograph.UserID, client heliograph.ClientID, until heliograph.Millis) error {
	now := s.now()
	until = min(until, now.Add(seenAhead))
	after := s.sights.last(user, client)
	if until <= after {
		return nil
	}
	if err := s.Receipts.Seen(ctx, app, user, client, false, after, until, MaxSeen); err != nil {
		return err
	}
	s.sights.note(user, client, min(until, now))
	return nil
}

// read is Seen for who has read everything there is.
func (s *Service) read(ctx context.Context, conv *heliograph.Conversation) error {
	return s.Receipts.Seen(ctx, conv.App, conv.User, heliograph.ClientID{}, true, 0, conv.UserRead, MaxSeen)
}

// maxSights bounds the devices that are remembered.
const maxSights = 20000

// sights remembers up to where devices have shown conversations. It is a memory
// that may be lost: what it says has been stored.
type sights struct {
	mu sync.Mutex
	at map[sight]heliograph.Millis
}

type sight struct {
	user   heliograph.UserID // a device may change hands
	client heliograph.ClientID
}

func (s *sights) last(u heliograph.UserID, c heliograph.ClientID) heliograph.Millis {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[sight{u, c}]
}

func (s *sights) note(u heliograph.UserID, c heliograph.ClientID, until heliograph.Millis) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil || len(s.at) >= maxSights {
		s.at = map[sight]heliograph.Millis{}
	}
	s.at[sight{u, c}] = max(s.at[sight{u, c}], until)
}
