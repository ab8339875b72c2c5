package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// oneOrMany reads one rule or an array of them.
type oneOrMany []Rule

func (o *oneOrMany) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if len(raw) > 0 && raw[0] == '[' {
		return d.Decode((*[]Rule)(o))
	}
	*o = make(oneOrMany, 1)
	return d.Decode(&(*o)[0])
}

// postRules puts one rule or an array of rules in force, all or none.
func (s *Simulator) postRules(w http.ResponseWriter, r *http.Request) {
	var in oneOrMany
	if p := ReadJSON(w, r, &in); p != nil {
		p.Write(w)
		return
	}
	for i := range in {
		if p := s.checkRule(&in[i]); p != nil {
			p.Write(w)
			return
		}
	}
	s.rules.add(in)
	s.tellRules(w)
}

func (s *Simulator) deleteRules(w http.ResponseWriter, _ *http.Request) {
	s.rules.remove("")
	s.tellRules(w)
}

func (s *Simulator) deleteRule(w http.ResponseWriter, r *http.Request) {
	if !s.rules.remove(r.PathValue("id")) {
		(&Problem{http.StatusNotFound, "not_found", "", "there is no such rule"}).Write(w)
		return
	}
	s.tellRules(w)
}

// tellStruck shows those who watch how often rules struck by now.
func (s *Simulator) tellStruck() {
	if s.stream.watched.Load() > 0 {
		s.stream.publish("rules", map[string][]Rule{"rules": s.rules.list()})
	}
}

func (s *Simulator) tellRules(w http.ResponseWriter) {
	body := map[string][]Rule{"rules": s.rules.list()}
	s.stream.publish("rules", body)
	WriteJSON(w, http.StatusOK, body)
}
