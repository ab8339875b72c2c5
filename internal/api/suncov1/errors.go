package suncov1

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// errorBody is the body of every answer that is not a success.
type errorBody struct {
	Error errorDetail `json:"error"`
}

type errorDetail struct {
	Code        string `json:"code" doc:"What went wrong, in one word. A code never changes its meaning."`
	Description string `json:"description" doc:"What went wrong, for a person. It starts with the field's name when a field is at fault."`
}

// fail answers a call with err. Details of our own failures go to the log only.
func (c *call) fail(err error) {
	e := heliograph.AsError(err)
	if e.Kind == heliograph.Internal && c.Context().Err() == nil {
		c.api.Log.LogAttrs(c.Context(), slog.LevelError, "request failed",
			slog.String("request", httpx.RequestID(c.w)), slog.String("method", c.Method), slog.String("path", c.URL.Path), slog.String("error", err.Error()))
	}
	c.cors()
	writeError(c.w, e)
}

func writeError(w http.ResponseWriter, e *heliograph.Error) {
	httpx.RetryAfter(w, e)
	writeStatus(w, httpx.Status(e.Kind), e.Code, e.Message)
}

func writeStatus(w http.ResponseWriter, status int, code, description string) {
	body, _ := json.Marshal(errorBody{errorDetail{Code: code, Description: description}})
	write(w, status, body)
}
