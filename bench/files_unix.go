//go:build unix

package main

import "syscall"

// openFiles returns how many files a process may have open. Go raises the soft limit
// to the hard one when it starts.
func openFiles() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return int(min(l.Max, 1<<30))
}
