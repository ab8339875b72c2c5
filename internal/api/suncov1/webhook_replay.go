package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/webhook"
)

// replayRequest names what to tell again: one event, or a range of time.
type replayRequest struct {
	EventID string `json:"eventId,omitempty" doc:"The event's id, from X-Event-Id or the list of deliveries. Not together with from and to."`
	From    string `json:"from,omitempty" doc:"ISO 8601: events from this time on that the webhook subscribes to."`
	To      string `json:"to,omitempty" doc:"ISO 8601: and before this time; now unless told."`
	After   string `json:"after,omitempty" doc:"Where the last call of this range ended: its after."`
}

type replayAnswer struct {
	Replay replayJSON `json:"replay"`
}

type replayJSON struct {
	Queued  int    `json:"queued" doc:"How many events are told again."`
	Skipped int    `json:"skipped" doc:"Events of the range that wait to be told already, or do not concern this webhook."`
	HasMore bool   `json:"hasMore" doc:"The range is longer than one call: call again with after."`
	After   string `json:"after,omitempty"`
}

func (a *API) replayWebhook(ctx context.Context, c *call) (any, error) {
	id, err := c.webhookID()
	if err != nil {
		return nil, err
	}
	in, err := decode[replayRequest](c)
	if err != nil {
		return nil, err
	}
	what, err := in.read()
	if err != nil {
		return nil, err
	}
	done, err := a.Webhooks.Replay(ctx, c.App.ID, id, what)
	if err != nil {
		return nil, err
	}
	return replayAnswer{replayJSON{done.Queued, done.Skipped, done.More, done.After.String()}}, nil
}

func (in *replayRequest) read() (r webhook.Replay, err error) {
	if in.EventID != "" && (in.From != "" || in.To != "") {
		return r, badRequest("eventId excludes from and to")
	}
	if in.EventID != "" && !parseID(in.EventID, &r.Event) {
		return r, heliograph.InvalidField("eventId", "must be the id of an event")
	}
	if in.After != "" && !parseID(in.After, &r.After) {
		return r, heliograph.InvalidField("after", "must be what the last call answered")
	}
	if r.From, err = sunco.ReadTime("from", in.From); err == nil {
		r.To, err = sunco.ReadTime("to", in.To)
	}
	return r, err
}
