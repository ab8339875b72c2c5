package webhook

import (
	"context"

	"heliograph"
)

// Call is one call as the log has it.
type Call struct {
	Event   heliograph.EventID
	Trigger heliograph.Trigger // "" when the event is no longer kept
	Attempt int                // from 1
	At      heliograph.Millis
	Status  int   // HTTP status; 0: no answer
	Took    int64 // milliseconds
	Outcome string
	Error   string
}

// CallQuery says which calls to list. Zero fields do not matter.
type CallQuery struct {
	App      heliograph.AppID
	Webhook  heliograph.WebhookID
	Event    heliograph.EventID
	Outcome  string
	From, To heliograph.Millis // when the event happened, to the second
	Before   *CallCursor
	Limit    int
}

// CallCursor is where a page ended.
type CallCursor struct {
	Event   heliograph.EventID
	Attempt int
	At      heliograph.Millis
}

// Calls returns what a webhook was told, newest event first, and the cursor of
// the next page; nil on the last one.
func (s *Service) Calls(ctx context.Context, q CallQuery) ([]*Call, *CallCursor, error) {
	if _, err := s.Store.ByID(ctx, q.App, q.Webhook); err != nil {
		return nil, nil, err
	}
	limit := q.Limit
	q.Limit++
	list, err := s.Log.Calls(ctx, &q)
	if err != nil || len(list) <= limit {
		return list, nil, err
	}
	last := list[limit-1]
	return list[:limit], &CallCursor{last.Event, last.Attempt, last.At}, nil
}
