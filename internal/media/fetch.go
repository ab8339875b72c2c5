package media

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/netguard"
)

// perIntegration bounds the fetches of one integration that are begun at a time,
// so that a slow provider does not take every place.
const perIntegration = 4

// backoff is how long to wait after each attempt. After the last one a file is
// lost: providers keep theirs for days, and most failures mend within hours.
func backoff(attempt int) (wait time.Duration, last bool) {
	waits := [...]time.Duration{
		5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour,
	}
	if attempt > len(waits) {
		return 0, true
	}
	return waits[max(0, attempt-1)], false
}

// Start begins to fetch what is due.
func (s *Service) Start() { s.wg.Go(s.run) }

// Stop breaks off what is being fetched: it is fetched again after the next start.
func (s *Service) Stop() {
	s.cancel()
	s.wg.Wait()
}

func (s *Service) run() {
	if s.Alone {
		if err := s.Store.Release(s.ctx, s.now()); err != nil {
			s.complain("what was being fetched cannot be taken up again yet", err)
		}
	}
	places := make(chan struct{}, s.Limits.Fetchers)
	tick := time.NewTicker(s.Limits.Poll)
	defer tick.Stop()
	for {
		more := s.begin(places)
		if more && s.ctx.Err() == nil {
			continue
		}
		select {
		case <-s.ctx.Done():
			return
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// begin starts what is due and has a place, and reports whether there may be more.
func (s *Service) begin(places chan struct{}) (more bool) {
	free := min(cap(places)-len(places), perIntegration)
	if free == 0 {
		return false
	}
	now := s.now()
	files, err := s.Store.Claim(s.ctx, now, now.Add(s.Limits.lease()), free, s.saturated())
	if err != nil {
		s.complain("files cannot be fetched", err)
		return false
	}
	for _, f := range files {
		places <- struct{}{}
		s.count(f.Integration, 1)
		s.wg.Go(func() {
			s.attempt(f)
			s.count(f.Integration, -1)
			<-places
			s.look()
		})
	}
	return len(files) > 0
}

func (s *Service) count(in heliograph.IntegrationID, by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[in] += by; s.busy[in] == 0 {
		delete(s.busy, in)
	}
}

// saturated lists the integrations that have all the places they may have.
func (s *Service) saturated() (out []heliograph.IntegrationID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, n := range s.busy {
		if n >= perIntegration {
			out = append(out, id)
		}
	}
	return out
}

func (s *Service) complain(what string, err error) {
	if s.ctx.Err() == nil {
		s.Log.Error(what, "err", err)
	}
}

// attempt fetches f once and records how that ended.
func (s *Service) attempt(f *File) {
	err := s.fetch(f)
	if err == nil {
		if err = s.Store.Publish(s.ctx, f); err == nil {
			s.Watch.MediaFetched("stored")
			s.Watch.MediaBytes("fetched", f.Size)
			return
		}
	}
	if heliograph.IsKind(err, heliograph.Conflict) {
		return // removed, or somebody else's by now
	}
	// What is recorded from here on must outlive the end of the process.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 10*time.Second)
	defer cancel()
	if s.ctx.Err() != nil {
		f.Due = s.now()
		_ = s.Store.Retry(ctx, f)
		return
	}
	if err := s.failed(ctx, f, err); err != nil && !heliograph.IsKind(err, heliograph.Conflict) {
		s.complain("the end of a fetch cannot be recorded; it is fetched again", err)
	}
}

// failed decides what becomes of a file that could not be fetched.
func (s *Service) failed(ctx context.Context, f *File, cause error) error {
	reason, final := judge(cause, f.Attempts)
	wait, last := backoff(f.Attempts)
	f.Reason = reason
	attrs := []slog.Attr{
		slog.String("app", f.App.String()), slog.String("media", f.ID.String()), slog.String("integration", f.Integration.String()),
		slog.String("reason", reason), slog.Int("attempt", f.Attempts), slog.String("err", describe(cause)),
	}
	if final || last {
		s.Watch.MediaFetched("lost")
		s.Log.LogAttrs(ctx, slog.LevelWarn, "a customer's file is lost", attrs...)
		return s.Store.Lose(ctx, f)
	}
	s.Watch.MediaFetched("retry")
	s.Log.LogAttrs(ctx, slog.LevelInfo, "a customer's file could not be fetched; it is tried again", attrs...)
	f.Due = s.now().Add(wait)
	return s.Store.Retry(ctx, f)
}

// describe is what the log may say of a failure: errors of calls name URLs, and
// a URL may hold what opens a file.
func describe(err error) string {
	if e, ok := errors.AsType[*heliograph.Error](err); ok {
		return e.Message
	}
	var read readError
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errChecksum), errors.Is(err, errRefused), errors.Is(err, errNoChannel):
		return err.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errStalled):
		return "it took too long"
	case errors.As(err, &read):
		return "the connection broke"
	}
	return err.Error()
}

// judge names a failure and says whether another attempt is pointless. That
// something is gone is believed the third time: providers tell of files that
// are not there yet.
func judge(err error, attempts int) (reason string, final bool) {
	e, _ := errors.AsType[*heliograph.Error](err)
	switch {
	case errors.Is(err, errTooLarge):
		return ReasonTooLarge, true
	case errors.Is(err, errRefused):
		return ReasonRefused, true
	case errors.Is(err, errNoChannel):
		return ReasonNoChannel, true
	case errors.Is(err, errChecksum):
		return ReasonChecksum, attempts >= 3
	case e != nil && e.Kind == heliograph.NotFound:
		return ReasonGone, attempts >= 3
	}
	return ReasonUnreachable, false
}

var (
	errStalled   = errors.New("nothing came for too long")
	errRefused   = errors.New("the address is not allowed")
	errNoChannel = errors.New("its integration is gone")
)

// fetch gets the content of f and stores it, unpublished.
func (s *Service) fetch(f *File) error {
	ctx, cancel := context.WithTimeout(s.ctx, s.Limits.Call)
	defer cancel()
	if f.Attempts > 1 {
		if err := s.trim(ctx, f); err != nil {
			return err
		}
	}
	if f.Size > s.Limits.Fetch {
		return errTooLarge
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	watchdog := time.AfterFunc(s.Limits.Stall, func() { stop(errStalled) })
	defer watchdog.Stop()
	blob, err := s.open(ctx, f)
	if err != nil {
		return refusal(err)
	}
	defer blob.Body.Close()
	if blob.Size > s.Limits.Fetch {
		return errTooLarge
	}
	if f.Type == "" || f.Type == unknownType {
		f.Type = plainType(blob.Type)
	}
	err = s.write(ctx, f, &alive{blob.Body, watchdog, s.Limits.Stall}, s.Limits.Fetch)
	if err == nil && blob.Size >= 0 && blob.Size != f.Size {
		return readError{io.ErrUnexpectedEOF}
	}
	return err
}

// refusal marks an error that means that an address must not be reached.
func refusal(err error) error {
	if errors.Is(err, netguard.ErrRefused) {
		return errRefused
	}
	return err
}

// alive resets a watchdog with every byte.
type alive struct {
	io.Reader
	watchdog *time.Timer
	patience time.Duration
}

func (a *alive) Read(p []byte) (int, error) {
	n, err := a.Reader.Read(p)
	if n > 0 {
		a.watchdog.Reset(a.patience)
	}
	return n, err
}

// trim removes what an earlier attempt left.
func (s *Service) trim(ctx context.Context, f *File) error {
	for {
		more, err := s.Store.Trim(ctx, f, trimmed)
		if err != nil || !more {
			return err
		}
	}
}

// trimmed bounds how many pieces are removed at a time.
const trimmed = 8

// Sweep removes a little of what is gone, and reports whether there is more.
func (s *Service) Sweep(ctx context.Context) (more bool, err error) {
	return s.Store.Sweep(ctx, s.now(), trimmed)
}

// open asks the provider for f, by its own rules where it has some.
func (s *Service) open(ctx context.Context, f *File) (*channel.Blob, error) {
	_, ch, _, err := s.Channels.Lookup(ctx, f.Integration)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil, errNoChannel
	}
	if err != nil {
		return nil, err
	}
	if own, ok := ch.(channel.Fetcher); ok {
		return own.Fetch(ctx, &channel.Media{
			URL: f.Source.URL, ID: f.Source.ID, SHA256: f.Source.SHA256, Type: f.Type, Name: f.Name, Size: f.Size,
		})
	}
	return s.get(ctx, f.Source.URL)
}
