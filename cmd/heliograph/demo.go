package main

import (
	"context"
	"time"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type demoCmd struct {
	Listen          string `env:"-" default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address to serve the API on."`
	SimulatorListen string `env:"-" default:"127.0.0.1:8090" placeholder:"ADDR" help:"Address to serve the phones and the webhook page on."`
	ShopListen      string `env:"-" default:"127.0.0.1:8070" placeholder:"ADDR" help:"Address to serve the sample shop on, which has the web messenger on its page."`
	SimulatorSMTP   string `env:"-" placeholder:"ADDR" help:"Address on which the simulator speaks SMTP; off: nowhere. Empty: a free port, which its page shows."`
	Data            string `env:"-" default:"./heliograph-data/demo" placeholder:"DIR" help:"Folder for the demo's data. Remove it to begin anew."`
	LogLevel        string `env:"-" enum:"debug,info,warn,error" default:"warn" help:"The least severe level that is logged: debug, info, warn or error."`
}

// Run runs the demo until it is stopped.
func (c *demoCmd) Run(ctx context.Context, o *output) error {
	log := app.NewLog(o.err, "text", c.LogLevel)
	settings := config.Default()
	settings.Data, settings.Address = c.Data, c.Listen
	settings.ShutdownTimeout = 5 * time.Second
	return app.Demo(ctx, app.DemoOptions{Config: settings, Simulator: c.SimulatorListen, SMTP: c.SimulatorSMTP, Shop: c.ShopListen, Version: version, Out: o.out, Log: log})
}
