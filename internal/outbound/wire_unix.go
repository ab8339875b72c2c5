//go:build unix

package outbound

import (
	"io"
	"syscall"
)

const canPoll = true

// tryRead reads once. It never asks to wait.
func (w *wire) tryRead(fd uintptr) bool {
	for {
		w.n, w.err = syscall.Read(int(fd), w.into)
		if w.err != syscall.EINTR {
			break
		}
	}
	switch {
	case w.err == syscall.EAGAIN:
		w.n, w.err = 0, quiet{}
	case w.err != nil:
		w.n = 0
	case w.n == 0:
		w.err = io.EOF
	}
	return true
}
