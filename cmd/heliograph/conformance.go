package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"heliograph/internal/conformance"
)

type conformanceCmd struct {
	URL       string `required:"" env:"-" placeholder:"URL" help:"The server, without /v1.1."`
	Key       string `required:"" placeholder:"ID:SECRET" help:"A key. With one of scope account an app is made for the checks, and deleted."`
	App       string `env:"-" placeholder:"ID" help:"The app of a key of scope app. The checks leave users and messages in it."`
	Simulator string `env:"-" placeholder:"URL" help:"The provider simulator that the server sends through. Without it nothing is sent."`
	Sink      string `env:"-" placeholder:"ADDRESS" help:"Where to take webhooks, for example 127.0.0.1:0; without it they are left out."`
	SinkURL   string `env:"-" placeholder:"URL" help:"How the server reaches --sink, if not by that address."`
	Markdown  string `env:"-" placeholder:"FILE" help:"Write the results there as a page."`
}

// Run runs the checks and tells of each.
func (c *conformanceCmd) Run(ctx context.Context, o *output) error {
	id, secret, ok := strings.Cut(c.Key, ":")
	if !ok {
		return errors.New("--key must be ID:SECRET")
	}
	opts := conformance.Options{
		URL: c.URL, KeyID: id, Secret: secret, App: c.App, Simulator: strings.TrimSuffix(c.Simulator, "/"),
		Tell: func(r conformance.Result) { fmt.Fprintln(o.out, r.Line()) },
	}
	if c.Sink != "" {
		sink, err := conformance.Listen(c.Sink, c.SinkURL)
		if err != nil {
			return err
		}
		defer func() { _ = sink.Close() }()
		opts.Sink = sink
	}
	results, err := conformance.Run(ctx, opts)
	if err != nil {
		return err
	}
	failed := conformance.Count(results, conformance.Failed)
	fmt.Fprintf(o.out, "%d passed, %d failed, %d skipped\n", conformance.Count(results, conformance.Passed), failed, conformance.Count(results, conformance.Skipped))
	if c.Markdown != "" {
		if err := writePage(c.Markdown, results); err != nil {
			return err
		}
	}
	if failed > 0 {
		return errReported
	}
	return nil
}

func writePage(name string, results []conformance.Result) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return conformance.Markdown(f, results)
}
