package suncov1

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/webhook"
)

// hookCallJSON is one call of a webhook.
type hookCallJSON struct {
	EventID string `json:"eventId"`
	Trigger string `json:"trigger,omitempty" doc:"Absent when the event is no longer kept."`
	Attempt int    `json:"attempt"`
	At      string `json:"at" doc:"ISO 8601."`
	Outcome string `json:"outcome" doc:"done; retry (it is told again later); refused (the receiver will not have it); dead (it was told for the last time)."`
	Status  int    `json:"status,omitempty" doc:"The answer's HTTP status; absent when there was no answer."`
	TookMS  int64  `json:"tookMs"`
	Error   string `json:"error,omitempty"`
}

type hookCallsAnswer struct {
	Deliveries []hookCallJSON `json:"deliveries"`
	HasMore    bool           `json:"hasMore"`
	After      string         `json:"after,omitempty" doc:"Pass it as after for the next page."`
}

func (a *API) listWebhookCalls(ctx context.Context, c *call) (any, error) {
	q, err := c.callQuery()
	if err != nil {
		return nil, err
	}
	list, next, err := a.Webhooks.Calls(ctx, q)
	if err != nil {
		return nil, err
	}
	out := hookCallsAnswer{Deliveries: make([]hookCallJSON, len(list)), HasMore: next != nil}
	for i, l := range list {
		out.Deliveries[i] = hookCallJSON{
			EventID: l.Event.String(), Trigger: string(l.Trigger), Attempt: l.Attempt, At: l.At.ISO(),
			Outcome: l.Outcome, Status: l.Status, TookMS: l.Took, Error: l.Error,
		}
	}
	if next != nil {
		out.After = fmt.Sprintf("%s-%d-%d", next.Event, next.Attempt, next.At)
	}
	return out, nil
}

func (c *call) callQuery() (q webhook.CallQuery, err error) {
	v := c.URL.Query()
	q.App = c.App.ID
	if q.Webhook, err = c.webhookID(); err != nil {
		return q, err
	}
	if text := v.Get("eventId"); text != "" && !parseID(text, &q.Event) {
		return q, heliograph.InvalidField("eventId", "must be the id of an event")
	}
	switch q.Outcome = v.Get("outcome"); q.Outcome {
	case "", webhook.OutcomeDone, webhook.OutcomeRetry, webhook.OutcomeRefused, webhook.OutcomeDead:
	default:
		return q, heliograph.InvalidField("outcome", "must be done, retry, refused or dead")
	}
	if q.From, err = sunco.ReadTime("from", v.Get("from")); err != nil {
		return q, err
	}
	if q.To, err = sunco.ReadTime("to", v.Get("to")); err != nil {
		return q, err
	}
	if q.Limit, err = c.number("limit", 25, 1, 100); err != nil {
		return q, err
	}
	if text := v.Get("after"); text != "" {
		q.Before, err = readCursor(text)
	}
	return q, err
}

func readCursor(text string) (*webhook.CallCursor, error) {
	var at webhook.CallCursor
	parts := strings.Split(text, "-")
	ok := len(parts) == 3 && parseID(parts[0], &at.Event)
	if ok {
		n, err := strconv.ParseInt(parts[1], 10, 16)
		ms, err2 := strconv.ParseInt(parts[2], 10, 64)
		at.Attempt, at.At, ok = int(n), heliograph.Millis(ms), err == nil && err2 == nil
	}
	if !ok {
		return nil, heliograph.InvalidField("after", "must be what the last page answered")
	}
	return &at, nil
}
