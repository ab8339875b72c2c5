package httpx

import (
	"io"
	"net/http"
	"time"
)

// patience is how long a caller may send or take nothing while a file goes over
// the line. The server's own limits are for whole requests, and a large file
// over a slow line takes longer.
const patience = 30 * time.Second

// Patient returns w with a deadline that moves on with every write.
func Patient(w http.ResponseWriter) http.ResponseWriter {
	return &patientWriter{ResponseWriter: w, deadline: http.NewResponseController(w)}
}

type patientWriter struct {
	http.ResponseWriter
	deadline *http.ResponseController
}

func (p *patientWriter) Write(b []byte) (int, error) {
	_ = p.deadline.SetWriteDeadline(time.Now().Add(patience))
	return p.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what is wrapped.
func (p *patientWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// PatientBody returns r's body with deadlines that move on with every read. No
// more than limit bytes are read.
func PatientBody(w http.ResponseWriter, r *http.Request, limit int64) io.Reader {
	return &patientBody{from: http.MaxBytesReader(w, r.Body, limit), deadline: http.NewResponseController(w)}
}

type patientBody struct {
	from     io.Reader
	deadline *http.ResponseController
}

func (p *patientBody) Read(b []byte) (int, error) {
	_ = p.deadline.SetReadDeadline(time.Now().Add(patience))
	_ = p.deadline.SetWriteDeadline(time.Now().Add(2 * patience))
	return p.from.Read(b)
}
