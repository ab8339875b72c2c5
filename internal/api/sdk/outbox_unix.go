//go:build unix

package sdk

import (
	"errors"
	"net"
	"syscall"
)

// rawOf returns what a connection is written to by without waiting.
func rawOf(c net.Conn) syscall.RawConn {
	t, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// write never asks to wait.
func (t *trial) write(fd uintptr) bool {
	for t.n < len(t.text) {
		n, err := syscall.Write(int(fd), t.text[t.n:])
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return true
		case err != nil:
			t.err = err
			return true
		}
		t.n += n
	}
	return true
}
