// Command bench measures the main jobs of Heliograph on this machine: the real
// binary as a process of its own, a provider and a webhook receiver that do
// next to nothing, and a client with 64 connections. Numbers of different
// machines do not compare, so what it tells are ratios within one run: to the
// ceilings of net/http on the same machine, or of pairs that take turns.
//
// It never fails for being slow: it prints "below" where a floor is missed.
// Run it with "make bench"; docs/performance.md says what each line means.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the command line's.
type options struct {
	only    string
	quick   bool
	json    string
	bin     string
	pg      string
	profile string
	seconds float64
	pairs   int
	conns   int
	window  int
	users   int
	rows    int
	large   bool
	jwt     bool
	verbose bool
}

func readOptions(args []string) (*options, error) {
	o := &options{bin: os.Getenv("HELIOGRAPH_BIN"), pg: os.Getenv("HELIOGRAPH_TEST_PG")}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&o.quick, "quick", false, "j1, j1pg and j4 measure the rate alone, and compare nothing; j3 has 1,000 sockets and no more")
	f.StringVar(&o.only, "only", "", "run only these jobs, separated by commas: "+strings.Join(jobNames(), ", "))
	f.StringVar(&o.json, "json", "", "write the results to this file, too")
	f.StringVar(&o.profile, "profile", "", "write CPU profiles of the server to this folder")
	f.Float64Var(&o.seconds, "seconds", 4, "length of one measurement")
	f.IntVar(&o.pairs, "pairs", 7, "pairs of measurements where two things are compared")
	f.IntVar(&o.conns, "conns", 64, "connections of the client")
	f.IntVar(&o.window, "window", 4096, "notifications that may be under way at once")
	f.IntVar(&o.users, "users", 20000, "distinct recipients")
	f.IntVar(&o.rows, "rows", 0, "stored notifications of the growth job (0: 1,000,000; 10,000,000 with -large)")
	f.BoolVar(&o.large, "large", false, "ten million stored notifications, a cache of a quarter of them, and long-held readers")
	f.BoolVar(&o.jwt, "jwt", false, "authenticate with a JWT instead of a key")
	f.BoolVar(&o.verbose, "v", false, "say what is being done")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if o.rows == 0 {
		o.rows = 1_000_000
		if o.large {
			o.rows = 10_000_000
		}
	}
	if o.bin == "" {
		return nil, fmt.Errorf("HELIOGRAPH_BIN is not set: run \"make bench\"")
	}
	return o, nil
}

// job is one part of the run.
type job struct {
	name string
	what string
	run  func(*bench) error
}

// jobs lists the parts in the order in which they run.
func jobs() []job {
	return []job{
		{"ceilings", "what net/http can do here", (*bench).showCeilings},
		{"j1", "notification to provider to webhook, SQLite", (*bench).j1SQLite},
		{"j1pg", "the same, PostgreSQL", (*bench).j1Postgres},
		{"j3", "what is new to screens, by WebSockets", (*bench).j3},
		{"j3screen", "between a business and screens, everything stored, SQLite", (*bench).j3Screen},
		{"j3screenpg", "the same, PostgreSQL", (*bench).j3ScreenPostgres},
		{"j4", "event to signed webhook", (*bench).j4},
		{"fair", "others while a campaign is queued", (*bench).fairness},
		{"lanes", "many integrations", (*bench).lanes},
		{"space", "what a stored notification takes", (*bench).space},
		{"start", "start and memory", (*bench).startEmpty},
		{"growth", "as much is stored", (*bench).growth},
	}
}

func jobNames() []string {
	var names []string
	for _, j := range jobs() {
		names = append(names, j.name)
	}
	return names
}

// bench is one run.
type bench struct {
	*options
	ctx      context.Context
	report   report
	profiles int
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == liveServerFlag {
		if err := serveLive(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := readOptions(os.Args[1:])
	if err == nil {
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o *options) error {
	b := &bench{options: o, ctx: ctx}
	wanted := strings.FieldsFunc(o.only, func(r rune) bool { return r == ',' })
	for _, name := range wanted {
		if !slices.Contains(jobNames(), name) {
			return fmt.Errorf("there is no job %q; there are %s", name, strings.Join(jobNames(), ", "))
		}
	}
	b.report.machine()
	began := time.Now()
	for _, j := range jobs() {
		if len(wanted) > 0 && !slices.Contains(wanted, j.name) {
			continue
		}
		b.report.begin(j)
		if err := j.run(b); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%s: %w", j.name, err)
		}
	}
	b.report.summary(time.Since(began))
	if o.json == "" {
		return nil
	}
	return b.report.write(o.json)
}

// say tells what is being done, with -v.
func (b *bench) say(format string, args ...any) {
	if b.verbose {
		fmt.Printf("    "+format+"\n", args...)
	}
}

// length is how long one measurement takes.
func (b *bench) length() time.Duration { return time.Duration(b.seconds * float64(time.Second)) }
