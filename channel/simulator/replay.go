package simulator

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// The paces of a replay.
const (
	paceRecorded = "recorded" // acts at the intervals at which they were recorded
	paceFast     = "fast"     // each act as soon as the messages before it have come
)

// defaultWait is how long a replay waits for a message that was recorded.
const defaultWait = 10 * time.Second

// player replays one scenario at a time.
type player struct {
	mu     sync.Mutex
	now    ReplayState
	cancel context.CancelFunc // nil: nothing runs
	came   map[stream][]string
	signal chan struct{} // closed when a message comes
	done   sync.WaitGroup
}

// stream is the messages of one thread in one direction.
type stream struct {
	threadKey
	direction string
}

func (p *player) state() ReplayState {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.now
	out.Problems = append([]string{}, p.now.Problems...)
	return out
}

// noticed notes a message while something is replayed.
func (p *player) noticed(key threadKey, direction, sid string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel == nil {
		return
	}
	one := stream{key, direction}
	p.came[one] = append(p.came[one], sid)
	close(p.signal)
	p.signal = make(chan struct{})
}

// nth returns the name of the n-th message of a stream, or what to wait for.
func (p *player) nth(one stream, n int) (sid string, wait <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if list := p.came[one]; n < len(list) {
		return list[n], nil
	}
	return "", p.signal
}

func (p *player) update(change func(*ReplayState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.now)
}

// replayRequest is what POST /sim/scenario/replay takes.
type replayRequest struct {
	Scenario Scenario `json:"scenario"`
	Pace     string   `json:"pace,omitempty"`   // recorded or fast; none: recorded
	WaitMs   int      `json:"waitMs,omitempty"` // for each message that was recorded; default 10,000
}

func (s *Simulator) startReplay(w http.ResponseWriter, r *http.Request) {
	var in replayRequest
	err := json.NewDecoder(io.LimitReader(r.Body, 2*maxRecorded)).Decode(&in)
	in.Pace = cmp.Or(in.Pace, paceRecorded)
	switch {
	case err != nil:
		(&Problem{http.StatusBadRequest, "bad_request", "", "the body is not a replay: " + err.Error()}).Write(w)
		return
	case in.Scenario.Version != scenarioVersion:
		BadField("scenario.version", "must be 1").Write(w)
		return
	case in.Pace != paceRecorded && in.Pace != paceFast:
		BadField("pace", "must be recorded or fast").Write(w)
		return
	case in.WaitMs < 0:
		BadField("waitMs", "must not be negative").Write(w)
		return
	}
	for i, e := range in.Scenario.Events {
		if e.Kind == eventAct && (!strings.HasPrefix(e.Path, "/sim/") || strings.HasPrefix(e.Path, "/sim/scenario")) {
			BadField(fmt.Sprintf("scenario.events[%d].path", i), "is not an act on this network").Write(w)
			return
		}
	}
	if !s.play(in) {
		(&Problem{http.StatusConflict, "busy", "", "a scenario is being replayed"}).Write(w)
		return
	}
	s.tellScenario()
	WriteJSON(w, http.StatusAccepted, s.scenarioState())
}

func (s *Simulator) stopReplay(w http.ResponseWriter, _ *http.Request) {
	s.player.mu.Lock()
	if s.player.cancel != nil {
		s.player.cancel()
	}
	s.player.mu.Unlock()
	s.player.done.Wait()
	WriteJSON(w, http.StatusOK, s.scenarioState())
}

// play begins a replay unless one is under way.
func (s *Simulator) play(in replayRequest) bool {
	p := &s.player
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil || s.ctx.Err() != nil {
		return false
	}
	ctx, cancel := context.WithCancel(s.ctx)
	p.cancel, p.came, p.signal = cancel, map[stream][]string{}, make(chan struct{})
	p.now = ReplayState{Running: true, Total: len(in.Scenario.Events)}
	p.done.Go(func() {
		defer cancel()
		(&replay{s: s, ctx: ctx, in: in, began: time.Now(), seen: map[stream]int{}}).run()
		p.mu.Lock()
		p.cancel, p.now.Running, p.now.Waiting = nil, false, ""
		p.mu.Unlock()
		s.tellScenario()
	})
	return true
}

// replay is one replay.
type replay struct {
	s     *Simulator
	ctx   context.Context
	in    replayRequest
	began time.Time
	seen  map[stream]int // messages of the recording so far
	names []string       // recorded names and those of now, in pairs
}

func (r *replay) run() {
	for _, e := range r.in.Scenario.Events {
		switch e.Kind {
		case eventMessage:
			r.await(e)
		case eventAct:
			if r.in.Pace == paceRecorded {
				r.s.sleep(r.ctx, time.Until(r.began.Add(millis(int(e.AtMs)))))
			}
			if r.ctx.Err() == nil {
				r.act(e)
			}
		}
		if r.ctx.Err() != nil {
			return
		}
		r.s.player.update(func(now *ReplayState) { now.Done++; now.Waiting = "" })
		r.s.tellScenario()
	}
}

// await waits for the message that stands for a recorded one: the next of its
// thread and direction. Later acts that name the one mean the other.
func (r *replay) await(e Event) {
	one := stream{threadKey{e.Channel, e.Person}, e.Direction}
	n := r.seen[one]
	r.seen[one]++
	patience := millis(r.in.WaitMs)
	if patience == 0 {
		patience = defaultWait
	}
	if r.in.Pace == paceRecorded {
		patience += max(0, time.Until(r.began.Add(millis(int(e.AtMs)))))
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		sid, wait := r.s.player.nth(one, n)
		if wait == nil {
			r.rename(e.ID, sid)
			return
		}
		r.s.player.update(func(now *ReplayState) {
			now.Waiting = fmt.Sprintf("message %d (%s) of %s %s", n+1, e.Direction, e.Channel, e.Person)
		})
		select {
		case <-wait:
		case <-late.C:
			r.fail(fmt.Sprintf("message %d (%s) of %s %s did not come", n+1, e.Direction, e.Channel, e.Person))
			return
		case <-r.ctx.Done():
			return
		}
	}
}

func (r *replay) rename(recorded, now string) {
	if recorded == "" || recorded == now {
		return
	}
	r.names = append(r.names, recorded, now)
	if escaped := url.PathEscape(recorded); escaped != recorded {
		r.names = append(r.names, escaped, url.PathEscape(now))
	}
}

func (r *replay) fail(why string) {
	r.s.player.update(func(now *ReplayState) {
		if len(now.Problems) < 1000 {
			now.Problems = append(now.Problems, why)
		}
	})
}

// act does again what was done.
func (r *replay) act(e Event) {
	names := strings.NewReplacer(r.names...)
	body := []byte(names.Replace(string(e.Body)))
	if len(e.Data) > 0 {
		body = e.Data
	}
	q, err := http.NewRequestWithContext(r.ctx, e.Method, names.Replace(e.Path), bytes.NewReader(body))
	if err != nil {
		r.fail(err.Error())
		return
	}
	q.RequestURI = q.URL.RequestURI()
	if e.Type != "" {
		q.Header.Set("Content-Type", e.Type)
	}
	before := r.s.ruleNames()
	answer := &silent{header: http.Header{}, status: http.StatusOK}
	r.s.routes().ServeHTTP(answer, q)
	if answer.status >= 300 {
		r.fail(fmt.Sprintf("%s %s answered %d %s", e.Method, q.URL.Path, answer.status, bytes.TrimSpace(answer.body.Bytes())))
		return
	}
	now := made(answer.body.Bytes(), before, r.s.ruleNames())
	for i, name := range e.Made[:min(len(e.Made), len(now))] {
		r.rename(name, now[i])
	}
}

// silent is a response that nobody reads.
type silent struct {
	header http.Header
	body   bytes.Buffer
	status int
}

// Header implements http.ResponseWriter.
func (q *silent) Header() http.Header { return q.header }

// WriteHeader implements http.ResponseWriter.
func (q *silent) WriteHeader(status int) { q.status = status }

// Write implements http.ResponseWriter.
func (q *silent) Write(p []byte) (int, error) { return q.body.Write(p) }
