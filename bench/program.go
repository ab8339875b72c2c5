package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program is the server, as a process of its own.
type program struct {
	bin  string
	args []string
	addr string
	ops  string
	cmd  *exec.Cmd
	done chan struct{}
	log  bytes.Buffer
}

// freePort returns an address that nobody listens on.
func freePort() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

func newProgram(bin string, args ...string) (*program, error) {
	p := &program{bin: bin}
	var err1, err2 error
	p.addr, err1 = freePort()
	p.ops, err2 = freePort()
	p.args = append([]string{"serve", "--listen=" + p.addr, "--ops-listen=" + p.ops, "--pprof", "--log-level=warn", "--allow-private-targets"}, args...)
	return p, errors.Join(err1, err2)
}

// start starts the process and returns how long it took to be ready.
func (p *program) start(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	p.log.Reset()
	p.cmd = exec.Command(p.bin, p.args...)
	p.cmd.Env = cleanEnv()
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.SysProcAttr = dieWithUs()
	if err := p.cmd.Start(); err != nil {
		return 0, err
	}
	done := make(chan struct{})
	p.done = done
	go func() {
		_ = p.cmd.Wait()
		close(done)
	}()
	retry := time.NewTicker(5 * time.Millisecond)
	defer retry.Stop()
	deadline := time.After(2 * time.Minute)
	for !p.ready(ctx) {
		select {
		case <-retry.C:
		case <-done:
			return 0, fmt.Errorf("the server ended before it was ready:\n%s", p.log.String())
		case <-deadline:
			p.kill()
			return 0, fmt.Errorf("the server was not ready in time:\n%s", p.log.String())
		case <-ctx.Done():
			p.kill()
			return 0, ctx.Err()
		}
	}
	return time.Since(began), nil
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

func (p *program) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.ops+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// stop ends the process as an operator would. What it wrote is an error when it
// had anything to complain about.
func (p *program) stop() error {
	if p.done == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		p.kill()
		return errors.New("the server did not stop")
	}
	if !p.cmd.ProcessState.Success() {
		return fmt.Errorf("the server ended with %v:\n%s", p.cmd.ProcessState, p.log.String())
	}
	return nil
}

func (p *program) kill() {
	if p.done != nil {
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// complaints is what the server logged at level warn or above.
func (p *program) complaints() string { return strings.TrimSpace(p.log.String()) }

// cpu returns the processor time that the process has used.
func (p *program) cpu() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte(") "))
	fields := strings.Fields(string(rest))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * (time.Second / clockTicks)
}

// clockTicks is the unit of /proc/*/stat on every Linux that Go runs on.
const clockTicks = 100

// memory returns the resident memory of the process and its peak, in bytes.
func (p *program) memory() (now, peak float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	read := func(name string) float64 {
		for line := range strings.Lines(string(text)) {
			if v, ok := strings.CutPrefix(line, name+":"); ok {
				kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(v), " kB"))
				return float64(kb) * 1024
			}
		}
		return 0
	}
	return read("VmRSS"), read("VmHWM")
}
