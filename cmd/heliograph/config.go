package main

import "heliograph/internal/config"

type configCmd struct {
	Doc configDocCmd `cmd:"" help:"Print the reference of all settings as Markdown."`
}

type configDocCmd struct{}

// Run prints the reference page.
func (*configDocCmd) Run(o *output) error { return config.WriteDoc(o.out) }
