package main

import (
	"context"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type serveCmd struct {
	config.Config
}

// Run serves until SIGTERM or SIGINT; then it finishes what is under way.
func (c *serveCmd) Run(ctx context.Context, o *output) error {
	log := app.NewLog(o.err, c.LogFormat, c.LogLevel)
	return app.Serve(ctx, &c.Config, version, log)
}
