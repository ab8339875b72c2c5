package main

import (
	"context"
	"fmt"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type backupCmd struct {
	config.Storage
	File string `arg:"" help:"Where to write the copy. It must not exist."`
}

// Run writes a copy of the database.
func (c *backupCmd) Run(ctx context.Context, o *output) error {
	if err := app.Backup(ctx, &c.Storage, c.File); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "The database was copied to %s. Keep a copy of the master key too, apart from it.\n", c.File)
	return nil
}
