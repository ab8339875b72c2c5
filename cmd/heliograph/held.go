package main

import (
	"context"
	"errors"
	"fmt"

	"heliograph"
	"heliograph/internal/app"
	"heliograph/internal/config"
)

type heldCmd struct {
	List    heldListCmd    `cmd:"" help:"List the deliveries that wait for a person."`
	Release heldReleaseCmd `cmd:"" help:"Send them after all. What the provider had already arrives twice, and says so."`
	Cancel  heldCancelCmd  `cmd:"" help:"Give them up. Webhooks are told that they failed, with the reason cancelled."`
}

// held says which deliveries are meant.
type held struct {
	config.Storage
	App         string   `env:"-" placeholder:"ID" help:"Only those of this app."`
	Integration string   `env:"-" placeholder:"ID" help:"Only those through this integration."`
	IDs         []string `arg:"" optional:"" name:"id" help:"Only these."`
}

func (h *held) request() *app.HeldRequest {
	return &app.HeldRequest{App: h.App, Integration: h.Integration, IDs: h.IDs}
}

type heldListCmd struct{ held }

// Run lists what is held, one delivery a line.
func (c *heldListCmd) Run(ctx context.Context, o *output) error {
	n := 0
	err := app.ListHeld(ctx, &c.Storage, c.request(), app.NewLog(o.err, "text", "warn"), func(d *heliograph.Delivery) error {
		n++
		_, err := fmt.Fprintf(o.out, "%s app=%s integration=%s kind=%s to=%s due=%s attempts=%d\n", d.ID, d.App, d.Integration, d.Kind, d.Address, d.Due.ISO(), d.Attempts)
		return err
	})
	if err == nil && n == 0 {
		fmt.Fprintln(o.err, "Nothing is held.")
	}
	return err
}

// settle is what release and cancel have in common.
type settle struct {
	held
	All bool `env:"-" help:"All that are held, or all of --app or --integration."`
}

// Validate implements kong's check of parsed values.
func (s *settle) Validate() error {
	if s.All == (len(s.IDs) > 0) {
		return errors.New("name the deliveries, or say --all")
	}
	return s.Storage.Validate()
}

type heldReleaseCmd struct{ settle }

// Run queues what is held again.
func (c *heldReleaseCmd) Run(ctx context.Context, o *output) error {
	n, err := app.ReleaseHeld(ctx, &c.Storage, c.request(), app.NewLog(o.err, "text", "warn"))
	return settled(o, err, "%d released. They go out when their integrations are not paused.\n", n)
}

type heldCancelCmd struct{ settle }

// Run gives up what is held.
func (c *heldCancelCmd) Run(ctx context.Context, o *output) error {
	n, err := app.CancelHeld(ctx, &c.Storage, c.request(), app.NewLog(o.err, "text", "warn"))
	return settled(o, err, "%d cancelled.\n", n)
}

// settled says how many were, also when it could not go on.
func settled(o *output, err error, format string, n int) error {
	if err == nil {
		fmt.Fprintf(o.out, format, n)
	} else if n > 0 {
		fmt.Fprintf(o.err, format, n)
	}
	return err
}
