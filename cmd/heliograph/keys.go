package main

import (
	"context"
	"encoding/json"
	"fmt"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type keysCmd struct {
	Create keysCreateCmd `cmd:"" help:"Make a key. It works beside a running server, which takes it within a second."`
}

type keysCreateCmd struct {
	config.Storage
	Scope string `env:"-" required:"" enum:"account,app" help:"What the key may reach: account (every app) or app (one app)."`
	App   string `env:"-" placeholder:"ID" help:"The app, for --scope app."`
	Name  string `env:"-" default:"command line" help:"A name, to tell keys apart."`
	JSON  bool   `env:"-" name:"json" help:"Print one JSON object."`
}

// madeKey is what --json prints.
type madeKey struct {
	KeyID  string `json:"keyId"`
	Secret string `json:"secret"`
	Scope  string `json:"scope"`
	AppID  string `json:"appId,omitempty"`
}

// Run makes a key and prints it. This is the only place that shows an account
// key's secret.
func (c *keysCreateCmd) Run(ctx context.Context, o *output) error {
	k, err := app.CreateKey(ctx, &c.Storage, app.KeyRequest{Scope: c.Scope, App: c.App, Name: c.Name}, app.NewLog(o.err, "text", "warn"))
	if err != nil {
		return err
	}
	out := madeKey{KeyID: k.Handle(), Secret: k.Secret.Reveal(), Scope: string(k.Scope), AppID: k.App.String()}
	if c.JSON {
		return json.NewEncoder(o.out).Encode(out)
	}
	fmt.Fprintf(o.out, "key:    %s\nsecret: %s\n\nUse them as the user and password of HTTP Basic authentication. Keep the secret: it is not shown again.\n", out.KeyID, out.Secret)
	return nil
}
