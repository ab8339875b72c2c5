package simulator

import (
	"encoding/json"
	"net/http"
	"time"
)

// Scenario is what happened on a simulated network, to be replayed later.
type Scenario struct {
	Version    int       `json:"version"`
	RecordedAt time.Time `json:"recordedAt"`
	Events     []Event   `json:"events"`
}

const scenarioVersion = 1

// The kinds of event.
const (
	eventAct     = "act"     // what a person or a tester did: answers, rules, settings, the clock
	eventMessage = "message" // a message came onto a thread
	eventRequest = "request" // somebody called a played provider
)

// Event is one thing that happened.
type Event struct {
	AtMs int64  `json:"atMs"` // since the recording began
	Kind string `json:"kind"`

	// Of acts and requests. A body that is no JSON is in Data.
	Method string          `json:"method,omitempty"`
	Path   string          `json:"path,omitempty"` // with the query
	Type   string          `json:"type,omitempty"` // of the body
	Body   json.RawMessage `json:"body,omitempty"`
	Data   []byte          `json:"data,omitempty"`
	Status int             `json:"status,omitempty"` // the answer's
	Made   []string        `json:"made,omitempty"`   // names of what the act made, for later acts

	// Of messages.
	Channel   string `json:"channel,omitempty"`
	Person    string `json:"person,omitempty"`
	Direction string `json:"direction,omitempty"`
	ID        string `json:"id,omitempty"`
	Text      string `json:"text,omitempty"`
}

// ScenarioState is what GET /sim/scenario answers.
type ScenarioState struct {
	Recording bool        `json:"recording"`
	Events    int         `json:"events"` // recorded so far
	Full      bool        `json:"full"`   // no more are recorded
	Replay    ReplayState `json:"replay"`
}

// ReplayState is how far a replay is.
type ReplayState struct {
	Running  bool     `json:"running"`
	Done     int      `json:"done"`
	Total    int      `json:"total"`
	Waiting  string   `json:"waiting,omitempty"` // for what
	Problems []string `json:"problems"`
}

func (s *Simulator) scenarioState() ScenarioState {
	out := s.recorder.state()
	out.Replay = s.player.state()
	return out
}

func (s *Simulator) tellScenario() { s.stream.publish("scenario", s.scenarioState()) }

func (s *Simulator) getScenario(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, s.scenarioState())
}

// startRecording begins anew.
func (s *Simulator) startRecording(w http.ResponseWriter, _ *http.Request) {
	s.recorder.start(s.base())
	s.tellScenario()
	WriteJSON(w, http.StatusOK, s.scenarioState())
}

func (s *Simulator) stopRecording(w http.ResponseWriter, _ *http.Request) {
	s.recorder.stop()
	s.tellScenario()
	WriteJSON(w, http.StatusOK, s.scenarioState())
}

// getRecording downloads what was recorded.
func (s *Simulator) getRecording(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Disposition", `attachment; filename="scenario.json"`)
	WriteJSON(w, http.StatusOK, s.recorder.scenario())
}
