package suncov1

import "context"

func (a *API) getNotification(ctx context.Context, c *call) (any, error) {
	id, err := c.notificationID()
	if err != nil {
		return nil, err
	}
	d, attempts, err := a.Notifications.WithAttempts(ctx, c.App.ID, id)
	if err != nil {
		return nil, err
	}
	out := notificationDetail{wireNotification(d)}
	out.Notification.AttemptList = attempts
	return out, nil
}

func (a *API) cancelNotification(ctx context.Context, c *call) (any, error) {
	id, err := c.notificationID()
	if err != nil {
		return nil, err
	}
	d, err := a.Notifications.Cancel(ctx, c.App.ID, id)
	if err != nil {
		return nil, err
	}
	return notificationDetail{wireNotification(d)}, nil
}

func (a *API) whyNotification(ctx context.Context, c *call) (any, error) {
	id, err := c.notificationID()
	if err != nil {
		return nil, err
	}
	return a.Notifications.Why(ctx, c.App.ID, id)
}
