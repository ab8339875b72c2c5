package testkit

import (
	"os/exec"
	"syscall"
)

// dieWithTest makes the system kill cmd when the test process dies, so that a
// test that is killed leaves nothing running.
func dieWithTest(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
