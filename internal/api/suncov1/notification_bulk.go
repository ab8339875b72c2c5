package suncov1

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/sunco"
	"heliograph/internal/notify"
)

const (
	maxBulkBody  = 10 << 20
	maxBulkLines = 10000
	// bulkWindow is how many lines of one request wait for their commit at once.
	bulkWindow = 512
)

// bulkLine is one line of a bulk, as documented.
type bulkLine struct{ notificationRequest }

// bulkAnswer is one line of a bulk's answer.
type bulkAnswer struct {
	Line         int          `json:"line" doc:"Counted from 1; blank lines count, and get no answer."`
	Status       int          `json:"status" doc:"What a single notification would have been answered with."`
	Notification *idJSON      `json:"notification,omitempty"`
	Error        *errorDetail `json:"error,omitempty"`
}

func (a *API) postNotifications(w http.ResponseWriter, c *call) {
	lines, err := bulkLines(c)
	if err != nil {
		c.fail(err)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.WriteHeader(http.StatusOK)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for from := 0; from < len(lines); from += bulkWindow {
		part := lines[from:min(from+bulkWindow, len(lines))]
		for _, answer := range a.sendLines(c, part) {
			if enc.Encode(answer) != nil {
				return // the caller has gone; what was accepted stays accepted
			}
		}
	}
}

// numbered is a line of the body and its number there; blank lines count.
type numbered struct {
	number int
	text   []byte
}

// bulkLines splits the body. Limits are checked before anything is sent.
func bulkLines(c *call) ([]numbered, error) {
	body, err := c.bytes()
	if err != nil {
		return nil, err
	}
	var lines []numbered
	number := 0
	for line := range bytes.Lines(body) {
		number++
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		if len(lines) == maxBulkLines {
			return nil, &heliograph.Error{Kind: heliograph.TooLarge, Code: heliograph.CodePayloadTooLarge, Message: "a bulk holds at most 10,000 lines"}
		}
		lines = append(lines, numbered{number, line})
	}
	if len(lines) == 0 {
		return nil, badRequest("the body must be NDJSON with at least one line")
	}
	return lines, nil
}

// sendLines sends some lines at once, in order.
func (a *API) sendLines(c *call, lines []numbered) []bulkAnswer {
	answers := make([]bulkAnswer, len(lines))
	intents := make([]*notify.Intent, len(lines))
	for i, line := range lines {
		var err error
		if intents[i], err = a.bulkIntent(c, line.text); err != nil {
			answers[i] = refusedLine(line.number, err)
		}
	}
	outcomes := a.Notifications.SendAll(c.Context(), intents)
	for i, o := range outcomes {
		if intents[i] == nil {
			continue
		}
		if o.Err != nil {
			answers[i] = refusedLine(lines[i].number, o.Err)
			continue
		}
		answers[i] = bulkAnswer{Line: lines[i].number, Status: o.Sent.Status}
		var kept struct {
			Notification *idJSON      `json:"notification"`
			Error        *errorDetail `json:"error"`
		}
		_ = json.Unmarshal([]byte(o.Sent.Body), &kept)
		answers[i].Notification, answers[i].Error = kept.Notification, kept.Error
	}
	return answers
}

func (a *API) bulkIntent(c *call, line []byte) (*notify.Intent, error) {
	if len(line) > sunco.MaxBody {
		return nil, &heliograph.Error{Kind: heliograph.TooLarge, Code: heliograph.CodePayloadTooLarge, Message: "a line holds at most 100 kB"}
	}
	if err := sunco.CheckText(line); err != nil {
		return nil, err
	}
	var body notificationBody
	if err := json.Unmarshal(line, &body); err != nil {
		return nil, sunco.DecodeError(err)
	}
	key, err := body.key("")
	if err != nil {
		return nil, err
	}
	in, err := a.intent(c.Context(), c.App, &body)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(line)
	in.Key, in.Digest, in.Bulk = key, digest[:], true
	return in, nil
}

func refusedLine(n int, err error) bulkAnswer {
	e := heliograph.AsError(err)
	return bulkAnswer{Line: n, Status: httpx.Status(e.Kind), Error: &errorDetail{Code: e.Code, Description: e.Message}}
}
