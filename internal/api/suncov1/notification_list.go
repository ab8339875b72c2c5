package suncov1

import (
	"context"
	"slices"

	"heliograph"
	"heliograph/internal/notify"
)

// notificationList is a page of notifications.
type notificationList struct {
	Notifications []notificationJSON `json:"notifications"`
	NextCursor    string             `json:"nextCursor,omitempty"`
}

// listable are the statuses that a list can be narrowed to.
var listable = []heliograph.Status{
	heliograph.Scheduled, heliograph.Queued, heliograph.Sending, heliograph.Unknown, heliograph.AtChannel,
	heliograph.AtUser, heliograph.Failed, heliograph.Expired, heliograph.Cancelled,
}

func (a *API) listNotifications(ctx context.Context, c *call) (any, error) {
	f, err := c.notificationFilter()
	if err != nil {
		return nil, err
	}
	list, next, err := a.Notifications.List(ctx, c.App.ID, f)
	if err != nil {
		return nil, err
	}
	out := notificationList{Notifications: []notificationJSON{}, NextCursor: next.String()}
	for _, d := range list {
		out.Notifications = append(out.Notifications, wireNotification(d))
	}
	return out, nil
}

func (c *call) notificationFilter() (f notify.Filter, err error) {
	if f.Limit, err = c.number("limit", 25, 1, 100); err != nil {
		return f, err
	}
	if s := c.query("status"); s != "" {
		if f.Status = heliograph.Status(s); !slices.Contains(listable, f.Status) {
			return f, heliograph.InvalidField("status", "must be one of %v", listable)
		}
	}
	if s := c.query("integrationId"); s != "" && !parseID(s, &f.Integration) {
		return f, heliograph.InvalidField("integrationId", "must be an id of 24 hex digits")
	}
	if s := c.query("from"); s != "" {
		if f.From, err = momentOf("from", s); err != nil {
			return f, err
		}
	}
	if s := c.query("to"); s != "" {
		if f.To, err = momentOf("to", s); err != nil {
			return f, err
		}
	}
	if s := c.query("cursor"); s != "" {
		var ok bool
		if f.Before, ok = heliograph.ParseNotificationID(s); !ok {
			return f, heliograph.InvalidField("cursor", "must be the nextCursor of an earlier answer")
		}
	}
	return f, nil
}
