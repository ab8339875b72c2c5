package main

import (
	"context"
	"fmt"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type migrateCmd struct {
	config.Storage
}

// Run brings the schema up to date.
func (c *migrateCmd) Run(ctx context.Context, o *output) error {
	before, after, err := app.Migrate(ctx, &c.Storage)
	if err != nil {
		return err
	}
	if before == after {
		fmt.Fprintf(o.out, "The database is up to date (schema version %d).\n", after)
	} else {
		fmt.Fprintf(o.out, "The database went from schema version %d to %d.\n", before, after)
	}
	return nil
}
