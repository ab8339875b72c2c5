package main

import (
	"context"
	"fmt"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type restoreCmd struct {
	config.Storage
	File string `arg:"" optional:"" help:"The copy to restore. None with PostgreSQL, whose own tools restore it: then the database is only marked as restored."`
}

// Run puts a copy of the database in place.
func (c *restoreCmd) Run(ctx context.Context, o *output) error {
	if err := app.Restore(ctx, &c.Storage, c.File); err != nil {
		return err
	}
	fmt.Fprint(o.out, "The database is restored. The server will start with every integration paused and all that was queued held, so that nothing is sent twice.\n"+
		"Put the master key back, start the server, and run: heliograph doctor\n")
	return nil
}
