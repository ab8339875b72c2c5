package sdk

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
)

// LiveSession is who is at the other end of a live connection.
type LiveSession struct {
	App         heliograph.AppID
	Integration heliograph.IntegrationID
	Client      heliograph.ClientID
	User        *heliograph.User
	// Expires is when the user's token ends; zero when it does not, or none is needed.
	Expires time.Time
}

// LiveSessions knows who connects.
type LiveSessions interface {
	// Live returns the session of a token, which may need the user's JWT. One that is
	// not good is an error of kind Unauthenticated. again says that something changed
	// about it: what was kept of it no longer counts.
	Live(ctx context.Context, integration heliograph.IntegrationID, token, jwt string, again heliograph.ClientID) (*LiveSession, error)
	// CheckOrigin refuses pages that may not connect, by an error of kind Forbidden;
	// an integration that is no SDK's is one of kind NotFound.
	CheckOrigin(ctx context.Context, integration heliograph.IntegrationID, origin string) error
}

// LiveActs is what devices tell over a live connection.
type LiveActs interface {
	// Seen says that everything received until a moment was on a screen that
	// somebody looked at.
	Seen(ctx context.Context, s *LiveSession, until heliograph.Millis) error
	// Act says that the person types, or has read everything.
	Act(ctx context.Context, s *LiveSession, a channel.Activity) error
}

// LiveFigures counts live connections.
type LiveFigures interface {
	// LiveOpened and LiveClosed count connections, of transport websocket or events.
	LiveOpened(transport string)
	LiveClosed(transport string)
	// LiveDropped counts connections that were ended for a reason: slow, flood,
	// silent, or session.
	LiveDropped(why string)
}
