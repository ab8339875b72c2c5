// Command heliograph is the server and its tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

// cli is the command line: one field for each command, in a file of its name.
type cli struct {
	Serve       serveCmd       `cmd:"" help:"Run the server. Nothing needs to be set: SQLite in --data."`
	Demo        demoCmd        `cmd:"" help:"Run everything on this machine with sample data: server, simulated phones, a webhook receiver."`
	Simulate    simulateCmd    `cmd:"" help:"Run the provider simulator alone, with a page that shows the phones."`
	Keys        keysCmd        `cmd:"" help:"Make keys for the API."`
	Migrate     migrateCmd     `cmd:"" help:"Bring the database up to date. The server does so by itself at its start."`
	Backup      backupCmd      `cmd:"" help:"Copy the database to a file while the server runs (SQLite)."`
	Restore     restoreCmd     `cmd:"" help:"Put a copy of the database in place. The server then starts with every integration paused."`
	Held        heldCmd        `cmd:"" help:"Settle deliveries that wait for a person: after a restore, or by the policy hold."`
	Doctor      doctorCmd      `cmd:"" help:"Check the installation, and say what to do about what is wrong."`
	Conformance conformanceCmd `cmd:"" help:"Check any server against the v1.1 API."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
	Config      configCmd      `cmd:"" help:"Describe the settings."`
}

// output is where commands write; bound for their Run methods.
type output struct{ out, err io.Writer }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// exited ends parsing when kong has printed help.
type exited int

// run executes one command line and returns the process's exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if e := recover(); e != nil {
			c, ok := e.(exited)
			if !ok {
				panic(e)
			}
			code = int(c)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parser, err := kong.New(&cli{},
		kong.Name("heliograph"),
		kong.Description("Proactive messaging: one API call reaches a customer, and the answer comes back with its context."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.DefaultEnvars("HELIOGRAPH"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.ValueFormatter(describe),
	)
	if err != nil {
		fmt.Fprintln(stderr, "heliograph:", err)
		return exitError
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "heliograph: %v\nRun \"heliograph --help\" for what there is.\n", err)
		return exitUsage
	}
	command.BindTo(ctx, (*context.Context)(nil))
	switch err := command.Run(&output{stdout, stderr}); {
	case errors.Is(err, errReported):
		return exitError
	case err != nil:
		fmt.Fprintln(stderr, "heliograph:", err)
		return exitError
	}
	return exitOK
}

// describe is a flag's help with its default and its environment variable.
func describe(v *kong.Value) string {
	var more []string
	if v.HasDefault && v.Tag.PlaceHolder != "" {
		more = append(more, "default "+v.Default)
	}
	for _, name := range v.Tag.Envs {
		more = append(more, "$"+name)
	}
	if len(more) == 0 {
		return v.Help
	}
	return v.Help + " (" + strings.Join(more, "; ") + ")"
}

// errReported ends a command that has already said what is wrong.
var errReported = errors.New("")
