package testkit

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Program is "heliograph serve" (or demo) as a process of its own, with a data
// folder and a port that survive its death.
type Program struct {
	t    testing.TB
	bin  string
	args []string

	Data string // the folder given as --data
	Addr string // host:port it listens on
	Log  *Log   // everything it wrote, over all its lives

	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// Serve starts "heliograph serve" with args and waits until it is ready. Unless
// args say otherwise it gets a data folder of its own, a free loopback port and
// JSON logs. It is killed when the test ends.
func Serve(t testing.TB, args ...string) *Program {
	t.Helper()
	p := NewProgram(t, "serve", args...)
	p.Start()
	return p
}

// NewProgram is Serve for any command that serves HTTP, without starting it.
func NewProgram(t testing.TB, command string, args ...string) *Program {
	t.Helper()
	p := &Program{t: t, bin: Binary(t), Log: &Log{}}
	p.Data = flagValue(args, "--data")
	if p.Data == "" {
		p.Data = filepath.Join(t.TempDir(), "data")
		args = append(args, "--data="+p.Data)
	}
	p.Addr = flagValue(args, "--listen")
	if p.Addr == "" {
		p.Addr = "127.0.0.1:" + FreePort(t)
		args = append(args, "--listen="+p.Addr)
	}
	p.args = append([]string{command}, args...)
	t.Cleanup(func() {
		p.Kill()
		if t.Failed() {
			t.Logf("%s %s wrote:\n%s", command, p.Addr, p.Log.Tail(100))
		}
	})
	return p
}

// flagValue returns the value of --name=value or --name value.
func flagValue(args []string, name string) string {
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, name+"="); ok {
			return v
		}
		if a == name && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// URL returns the program's address with path, which may be empty.
func (p *Program) URL(path string) string { return "http://" + p.Addr + path }

// Start starts the process, on the same data and port as before, and waits
// until /readyz says that it is ready.
func (p *Program) Start() {
	p.t.Helper()
	p.Launch()
	p.WaitReady()
}

// Launch starts the process and does not wait.
func (p *Program) Launch() {
	p.t.Helper()
	p.cmd = exec.Command(p.bin, p.args...)
	p.cmd.Env = cleanEnv()
	p.cmd.Stdout, p.cmd.Stderr = p.Log, p.Log
	dieWithTest(p.cmd)
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	done := make(chan struct{})
	p.done = done
	go func() {
		_ = p.cmd.Wait()
		close(done)
	}()
}

// cleanEnv is the environment without the program's own settings.
func cleanEnv() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "HELIOGRAPH_") {
			env = append(env, kv)
		}
	}
	return env
}

// WaitReady waits until the program answers /readyz with 200.
func (p *Program) WaitReady() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), Deadline)
	defer cancel()
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	for {
		if p.ready(ctx) {
			return
		}
		select {
		case <-p.done:
			p.t.Fatalf("the program ended before it was ready: %v\n%s", p.cmd.ProcessState, p.Log.Tail(50))
		case <-ctx.Done():
			p.t.Fatalf("the program is not ready after %v\n%s", Deadline, p.Log.Tail(50))
		case <-retry.C:
		}
	}
}

func (p *Program) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL("/readyz"), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// Kill ends the process with SIGKILL, as a power cut does, and waits for its
// end. It is harmless when the process has ended already.
func (p *Program) Kill() {
	if p.done == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.done
}

// Stop asks the process to end with SIGTERM, and returns how it ended.
func (p *Program) Stop() error {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-time.After(Deadline):
		p.Kill()
		return fmt.Errorf("still running %v after SIGTERM", Deadline)
	}
	if !p.cmd.ProcessState.Success() {
		return fmt.Errorf("ended with %v", p.cmd.ProcessState)
	}
	return nil
}

// Done is closed when the process has ended.
func (p *Program) Done() <-chan struct{} { return p.done }

// PID returns the process id, for measurements.
func (p *Program) PID() int { return p.cmd.Process.Pid }

// Run runs another command of the program to its end, for example
// Run("keys", "create", "--scope", "account", "--json"), on the same data. It
// returns what the command wrote to its standard output.
func (p *Program) Run(args ...string) string {
	p.t.Helper()
	return Run(p.t, append(args, p.database()...)...)
}

// database returns the flags that say where the data is.
func (p *Program) database() []string {
	flags := []string{"--data=" + p.Data}
	if u := flagValue(p.args, "--database-url"); u != "" {
		flags = append(flags, "--database-url="+u)
	}
	return flags
}

// Run runs a command of the program to its end and returns its standard
// output. The test fails when the command does.
func Run(t testing.TB, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, Binary(t), args...)
	cmd.Env = cleanEnv()
	var stderr Log
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("heliograph %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.Tail(50))
	}
	return string(out)
}
