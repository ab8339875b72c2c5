package main

import "syscall"

// dieWithUs makes the system end a process when this one dies.
func dieWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
