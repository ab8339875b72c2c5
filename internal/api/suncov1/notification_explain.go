package suncov1

import (
	"context"

	"heliograph/internal/api/sunco"
	"heliograph/internal/notify"
)

// explainAnswer is what would become of a notification.
type explainAnswer struct {
	Explanation explanationJSON `json:"explanation"`
}

type explanationJSON struct {
	notify.Explanation
	AppUser *appUserShortJSON `json:"appUser,omitempty" doc:"Whose address it is now; absent when a user would be made for it."`
}

func (a *API) explainNotification(ctx context.Context, c *call) (any, error) {
	body, err := decode[notificationBody](c)
	if err != nil {
		return nil, err
	}
	in, err := a.intent(ctx, c.App, body)
	if err != nil {
		return nil, err
	}
	e, err := a.Notifications.Explain(ctx, in)
	if err != nil {
		return nil, err
	}
	out := explanationJSON{Explanation: *e}
	if e.User != nil {
		short := sunco.AppUserShortOf(e.User)
		out.AppUser = &short
	}
	return explainAnswer{out}, nil
}
