package whatsapp

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/channel"
)

// maxAnswer bounds one answer about templates and the like.
const maxAnswer = 4 << 20

// ask makes one call that sends no message to anybody, and reads its answer
// into into, if there is one to read.
func (s *sender) ask(ctx context.Context, method, path, token string, in, into any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	req, err := s.request(method, path, token)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return s.exchange(req.WithContext(ctx), body, into)
}

// exchange makes the call. What WhatsApp refuses is an error of kind Invalid
// (NotFound for what is not there); not being able to ask is one of kind
// Unavailable.
func (s *sender) exchange(req *http.Request, body []byte, into any) error {
	if len(body) > 0 {
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	res, err := s.deps.HTTP.RoundTrip(req)
	if err != nil {
		return unavailable("WhatsApp is out of reach for now")
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return unavailable("WhatsApp's answer broke off")
	case res.StatusCode < 200 || res.StatusCode > 299:
		return s.complaint(channel.Reply{Status: res.StatusCode, Header: res.Header, Body: answer})
	case into != nil && json.Unmarshal(answer, into) != nil:
		return unavailable("WhatsApp's answer cannot be read")
	}
	return nil
}

// subcodeNoTemplate is how Meta says that there is no template of a name.
const subcodeNoTemplate = 2593002

// complaint is the error for a call that was not taken.
func (s *sender) complaint(reply channel.Reply) error {
	p := parseProblem(reply.Body)
	r := s.refused(reply, 1)
	e := &heliograph.Error{Kind: heliograph.Invalid, Code: heliograph.CodeBadRequest, Message: "WhatsApp says: " + r.Message}
	switch {
	case r.Class == channel.ClassRetry || r.Class == channel.ClassUnknown:
		e.Kind, e.Code, e.RetryAfter = heliograph.Unavailable, heliograph.CodeUnavailable, r.After
		e.Message = "WhatsApp answered " + strconv.Itoa(reply.Status)
	case reply.Status == http.StatusUnauthorized || p.known && (p.code == 190 || p.code == 0):
		e.Message = "WhatsApp refuses the access token"
	case reply.Status == http.StatusNotFound || p.subcode == subcodeNoTemplate || p.subcode == 33:
		e.Kind, e.Code = heliograph.NotFound, heliograph.CodeNotFound
	}
	return e
}

func unavailable(message string) error {
	return heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "%s", message)
}
