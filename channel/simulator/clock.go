package simulator

import (
	"net/http"
	"time"
)

// Clock is the simulator's time as its own endpoints show it.
type Clock struct {
	Now      time.Time `json:"now"`
	OffsetMs int64     `json:"offsetMs"` // how far it is from the machine's
}

// clockChange moves the clock: by so much, or to an offset; none: not at all.
type clockChange struct {
	AdvanceMs int64  `json:"advanceMs,omitempty"`
	OffsetMs  *int64 `json:"offsetMs,omitempty"`
}

// now is the simulator's time. What waits in the post office does not come
// sooner by moving it: it changes what is too old, not what is due.
func (s *Simulator) now() time.Time {
	return s.base().Add(time.Duration(s.offset.Load()) * time.Millisecond)
}

func (s *Simulator) clock() Clock { return Clock{s.now().UTC(), s.offset.Load()} }

func (s *Simulator) getClock(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, s.clock())
}

// maxOffset keeps the clock within the years that every date format can write.
const maxOffset = int64(50 * 365 * 24 * time.Hour / time.Millisecond)

func (s *Simulator) moveClock(w http.ResponseWriter, r *http.Request) {
	var in clockChange
	if p := ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	to := s.offset.Load() + in.AdvanceMs
	if in.OffsetMs != nil {
		to = *in.OffsetMs
	}
	if to > maxOffset || to < -maxOffset {
		BadField("offsetMs", "is more than 50 years away").Write(w)
		return
	}
	s.offset.Store(to)
	s.stream.publish("clock", s.clock())
	WriteJSON(w, http.StatusOK, s.clock())
}
