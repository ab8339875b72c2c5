package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// problem is the answer of the simulator's own endpoints to what it cannot do.
type problem struct {
	status  int
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func badField(field, message string) *problem {
	return &problem{http.StatusBadRequest, "bad_request", field, field + " " + message}
}

func (p *problem) write(w http.ResponseWriter) {
	writeJSON(w, p.status, map[string]*problem{"error": p})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
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

// readJSON reads one JSON value into out, refusing fields that it does not know:
// a misspelt fault would otherwise test nothing.
func readJSON(w http.ResponseWriter, r *http.Request, out any) *problem {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err := d.Decode(out)
	if err == nil && d.Decode(new(any)) != io.EOF {
		return &problem{http.StatusBadRequest, "bad_request", "", "the body holds more than one JSON value"}
	}
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return badField(wrong.Field, "must not be a "+wrong.Value)
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return badField(strings.Trim(field, `"`), "is not known")
	}
	return &problem{http.StatusBadRequest, "bad_request", "", "the body is not a JSON value: " + err.Error()}
}
