package main

import (
	"context"
	"encoding/json"
	"fmt"

	"heliograph/internal/app"
	"heliograph/internal/config"
)

type doctorCmd struct {
	config.Config
	JSON bool `env:"-" name:"json" help:"Print the findings as a JSON array."`
}

// Run examines the installation. It fails when a finding does.
func (c *doctorCmd) Run(ctx context.Context, o *output) error {
	findings := app.Doctor(ctx, &c.Config, app.NewLog(o.err, "text", "error"))
	failed := false
	for _, f := range findings {
		failed = failed || f.Level == app.Fail
	}
	if c.JSON {
		enc := json.NewEncoder(o.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(findings); err != nil {
			return err
		}
	} else {
		printFindings(o, findings)
	}
	if failed {
		return errReported
	}
	return nil
}

func printFindings(o *output, findings []app.Finding) {
	counts := map[app.Level]int{}
	for _, f := range findings {
		counts[f.Level]++
		fmt.Fprintf(o.out, "%-5s %s: %s\n", f.Level, f.Check, f.Found)
		if f.Advice != "" {
			fmt.Fprintf(o.out, "      → %s\n", f.Advice)
		}
	}
	fmt.Fprintf(o.out, "\n%d ok, %d to look at, %d failed\n", counts[app.OK], counts[app.Warn], counts[app.Fail])
}
