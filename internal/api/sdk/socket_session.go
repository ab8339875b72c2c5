package sdk

import (
	"context"

	"heliograph"
	"heliograph/internal/realtime"
)

// hello takes a seat for a session. A later one leaves the former's.
func (s *socket) hello(ctx context.Context, f *clientFrame) {
	cursor, fresh, err := parseCursor(f.Cursor)
	if err != nil {
		s.fail(closeNonsense, err)
		return
	}
	if f.Session == "" {
		s.settle(nil, nil, nil, false)
		return
	}
	session, err := s.live.Sessions.Live(ctx, s.integration, f.Session, f.JWT, heliograph.ClientID{})
	if err != nil {
		s.failSession(err)
		return
	}
	if s.floods(session.Client) {
		return
	}
	who := identify(session, f.Session, f.JWT)
	s.settle(nil, who, s.newSeat(who, session.User, cursor, fresh), f.Foreground)
}

func identify(session *LiveSession, token, jwt string) *liveIdentity {
	who := &liveIdentity{session: *session, user: session.User.ID, token: token, jwt: jwt, text: liveUser(session.User)}
	who.look = lookOf(who.text)
	who.session.User = nil
	return who
}

func (s *socket) newSeat(who *liveIdentity, u *heliograph.User, cursor heliograph.Millis, fresh bool) *realtime.Seat {
	return &realtime.Seat{
		App: who.session.App, User: who.user, Client: who.session.Client, Conversation: u.Conversation,
		Cursor: cursor, Fresh: fresh, Sink: s,
	}
}

// settle changes the seat that the connection has; nil: none. With only, it does so
// while that is who has the connection.
func (s *socket) settle(only, who *liveIdentity, seat *realtime.Seat, foreground bool) {
	s.settling.Lock()
	defer s.settling.Unlock()
	former, has := s.place()
	if only != nil && has != only {
		return
	}
	if former != nil {
		s.live.Hub.Leave(former)
	}
	s.mu.Lock()
	s.expectNothing()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.seat, s.who = seat, who
	if who != nil {
		s.expectEnd(who)
	}
	s.mu.Unlock()
	if seat == nil {
		return
	}
	if !s.live.Hub.Join(seat, foreground) {
		s.fail(closeTooMuch, heliograph.Errorf(heliograph.RateLimited, heliograph.CodeTooManyRequests, "this device has too many live connections"))
		return
	}
	s.mu.Lock()
	closed := s.closed
	s.mu.Unlock()
	if closed { // meanwhile; whoever closed it may have come before the seat was taken
		s.live.Hub.Leave(seat)
	}
}

// expectEnd has the connection end when the user's token does. The lock must be held.
func (s *socket) expectEnd(who *liveIdentity) {
	s.expectNothing()
	if who.session.Expires.IsZero() {
		return
	}
	s.expect(who.session.Expires.Sub(s.live.Now()), func() {
		if _, now := s.place(); now == who {
			s.failSession(errTokenEnded())
		}
	})
}

func errTokenEnded() error {
	return heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidAuth, "the user's token has ended")
}

// sessionIsOver reports whether err says that a session is not good any more.
func sessionIsOver(err error) bool {
	return heliograph.IsKind(err, heliograph.Unauthenticated) || heliograph.IsKind(err, heliograph.Forbidden) || heliograph.IsKind(err, heliograph.NotFound)
}

// refresh takes a fresh token of the same user.
func (s *socket) refresh(ctx context.Context, jwt string) {
	_, who := s.place()
	if who == nil {
		return
	}
	session, err := s.live.Sessions.Live(ctx, s.integration, who.token, jwt, heliograph.ClientID{})
	if err != nil {
		s.failSession(err)
		return
	}
	s.renew(who, identify(session, who.token, jwt), session.User)
}

// Recheck implements realtime.Sink: the session is looked at again.
func (s *socket) Recheck(ctx context.Context) {
	_, who := s.place()
	if who == nil {
		return
	}
	session, err := s.live.Sessions.Live(ctx, s.integration, who.token, who.jwt, who.session.Client)
	switch {
	case err == nil:
		s.renew(who, identify(session, who.token, who.jwt), session.User)
	case sessionIsOver(err):
		s.failSession(err)
	default: // the next look will tell
		s.live.Log.Warn("a live session could not be looked at", "err", err)
	}
}

// renew puts what is known of a session now in place of what was. A user that became
// another one gets the seat that is now its own.
func (s *socket) renew(was, now *liveIdentity, u *heliograph.User) {
	s.mu.Lock()
	seat := s.seat
	if s.closed || s.who != was || seat == nil {
		s.mu.Unlock()
		return
	}
	s.who = now
	s.expectEnd(now)
	s.mu.Unlock()
	if now.look != was.look {
		s.Put(s.live.Frames.User())
	}
	if now.user != was.user {
		s.settle(now, now, s.newSeat(now, u, 0, true), s.live.Hub.IsForeground(seat))
	}
}
