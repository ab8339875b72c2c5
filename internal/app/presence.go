package app

import (
	"context"
	"slices"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// presence knows which devices have live connections: this process's from memory,
// those of others from the database.
type presence struct {
	// here returns the devices that are connected to this process; nil: none are.
	here    func(heliograph.AppID, heliograph.UserID) []heliograph.PresentDevice
	others  store.Presence
	process heliograph.ProcessID
	lease   time.Duration
	now     heliograph.Clock
}

// Online implements conversation.Presence and notify.Presence.
func (p *presence) Online(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.PresentDevice, error) {
	var out []heliograph.PresentDevice
	if p.here != nil {
		out = p.here(app, user)
	}
	there, err := p.others.Elsewhere(ctx, app, user, p.process, heliograph.At(p.now()).Add(-p.lease))
	for _, d := range there {
		if i := slices.IndexFunc(out, func(o heliograph.PresentDevice) bool { return o.Client == d.Client }); i >= 0 {
			out[i].Foreground = out[i].Foreground || d.Foreground
			continue
		}
		out = append(out, d)
	}
	return out, err
}
