package sdk

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/realtime"
)

// Events serves GET /events: the same frames as server-sent events.
func (l *Live) Events(w http.ResponseWriter, r *http.Request, integration heliograph.IntegrationID) {
	httpx.Name(w, "GET /sdk/v1/{integrationId}/events")
	if err := l.checkOrigin(r, integration); err != nil {
		refuse(w, err)
		return
	}
	readable(w, r)
	s, session, err := l.newStream(r, integration)
	if err == nil {
		err = l.limiter.device(session.Client)
	}
	if err == nil {
		err = l.enter("events")
	}
	if err != nil {
		refuse(w, err)
		return
	}
	defer l.leave("events")
	defer s.expire(time.Time{})
	s.expire(session.Expires)
	if !l.Hub.Join(s.seat, r.URL.Query().Get("foreground") == "true") {
		refuse(w, heliograph.Errorf(heliograph.RateLimited, heliograph.CodeTooManyRequests, "this device has too many live connections"))
		return
	}
	defer l.Hub.Leave(s.seat)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold everything back
	s.serve(r.Context(), w)
}

// stream is one connection of server-sent events.
type stream struct {
	live        *Live
	integration heliograph.IntegrationID
	seat        *realtime.Seat

	mu     sync.Mutex
	who    *liveIdentity
	queue  []*realtime.Frame
	size   int
	ending bool
	more   bool
	signal chan struct{} // holds one when there is something to do
	timer  *time.Timer
}

func (l *Live) newStream(r *http.Request, integration heliograph.IntegrationID) (*stream, *LiveSession, error) {
	at := r.URL.Query().Get("cursor")
	if at == "" {
		at = r.Header.Get("Last-Event-ID")
	}
	cursor, fresh, err := parseCursor(at)
	if err != nil {
		return nil, nil, err
	}
	token := r.Header.Get("X-Heliograph-Session")
	jwt, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	session, err := l.Sessions.Live(r.Context(), integration, token, jwt, heliograph.ClientID{})
	if err != nil {
		return nil, nil, err
	}
	s := &stream{live: l, integration: integration, who: identify(session, token, jwt), signal: make(chan struct{}, 1)}
	s.seat = &realtime.Seat{
		App: session.App, User: session.User.ID, Client: session.Client, Conversation: session.User.Conversation,
		Cursor: cursor, Fresh: fresh, Sink: s,
	}
	return s, session, nil
}

// serve writes until the connection or the session ends.
func (s *stream) serve(ctx context.Context, w http.ResponseWriter) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // nothing is to come
	beat := time.NewTicker(heartbeat * time.Second)
	defer beat.Stop()
	for beats := 1; ; {
		frames, ending := s.take()
		_ = control.SetWriteDeadline(time.Now().Add(writePatience))
		for _, f := range frames {
			if _, err := w.Write(event(f)); err != nil {
				return
			}
		}
		if control.Flush() != nil || ending {
			return
		}
		if s.wantsMore() {
			s.live.Hub.Next(s.seat)
		}
		select {
		case <-s.signal:
		case <-beat.C:
			if _, err := w.Write([]byte(":\n\n")); err != nil {
				return
			}
			if beats++; beats%recheckEvery == 0 {
				s.live.Hub.Recheck(s.seat)
			}
		case <-ctx.Done():
			return
		case <-s.live.stop:
			return
		}
	}
}

// event is a frame as an event.
func event(f *realtime.Frame) []byte {
	b := make([]byte, 0, len(f.Text)+48)
	if f.Cursor != 0 {
		b = append(b, "id: "...)
		b = strconv.AppendInt(b, int64(f.Cursor), 10)
		b = append(b, '\n')
	}
	b = append(b, "data: "...)
	b = append(b, f.Text...)
	return append(b, "\n\n"...)
}

// take returns what is to be written, and whether that is all.
func (s *stream) take() ([]*realtime.Frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	frames := s.queue
	s.queue, s.size = nil, 0
	return frames, s.ending
}

func (s *stream) wantsMore() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	more := s.more && len(s.queue) == 0
	s.more = s.more && !more
	return more
}

func (s *stream) wake() {
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// Put implements realtime.Sink.
func (s *stream) Put(f *realtime.Frame) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending {
		return false
	}
	if s.size += len(f.Text); len(s.queue) >= maxQueuedFrames || len(s.queue) > 0 && s.size > maxQueuedBytes {
		s.queue, s.ending = nil, true
		s.live.Figures.LiveDropped("slow")
		s.wake()
		return false
	}
	s.queue = append(s.queue, f)
	s.wake()
	return true
}

// Ready implements realtime.Sink.
func (s *stream) Ready(c *heliograph.Conversation, cursor heliograph.Millis) bool {
	return s.Put(s.live.Frames.ready(s.identity().text, c, cursor))
}

func (s *stream) identity() *liveIdentity {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.who
}

// More implements realtime.Sink.
func (s *stream) More() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.more = true
	s.wake()
}

// Stop implements realtime.Sink.
func (s *stream) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = true
	s.wake()
}

// fail tells why the stream ends, and ends it.
func (s *stream) fail(err error) {
	s.Put(s.live.Frames.failure(err))
	s.Stop()
}

// expire has the stream end when the user's token does; zero: never.
func (s *stream) expire(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	if !at.IsZero() {
		s.timer = time.AfterFunc(at.Sub(s.live.Now()), func() { s.fail(errTokenEnded()) })
	}
}

// Recheck implements realtime.Sink. A stream whose user is another one by now ends:
// the device calls init.
func (s *stream) Recheck(ctx context.Context) {
	was := s.identity()
	session, err := s.live.Sessions.Live(ctx, s.integration, was.token, was.jwt, was.session.Client)
	switch {
	case err == nil:
		now := identify(session, was.token, was.jwt)
		s.mu.Lock()
		s.who = now
		s.mu.Unlock()
		if now.look != was.look {
			s.Put(s.live.Frames.User())
		}
		if now.user != was.user {
			s.Stop()
		}
	case sessionIsOver(err):
		s.live.Figures.LiveDropped("session")
		s.fail(err)
	default:
		s.live.Log.Warn("a live session could not be looked at", "err", err)
	}
}
