package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// Problem is the answer of the simulator's own endpoints to what it cannot do.
type Problem struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// BadField is a request that names a field wrongly; message goes on after its name.
func BadField(field, message string) *Problem {
	return &Problem{http.StatusBadRequest, "bad_request", field, field + " " + message}
}

// Write answers with the problem.
func (p *Problem) Write(w http.ResponseWriter) {
	WriteJSON(w, p.Status, map[string]*Problem{"error": p})
}

// WriteJSON answers with body as JSON.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(raw, '\n'))
}

const maxBody = 1 << 20

// ReadJSON reads one JSON value into out, refusing fields that it does not know:
// a misspelt fault would otherwise test nothing.
func ReadJSON(w http.ResponseWriter, r *http.Request, out any) *Problem {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(out)
	if err == nil && d.Decode(new(any)) != io.EOF {
		return &Problem{http.StatusBadRequest, "bad_request", "", "the body holds more than one JSON value"}
	}
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return BadField(wrong.Field, "must not be a "+wrong.Value)
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return BadField(strings.Trim(field, `"`), "is not known")
	}
	return &Problem{http.StatusBadRequest, "bad_request", "", "the body is not a JSON value: " + err.Error()}
}
