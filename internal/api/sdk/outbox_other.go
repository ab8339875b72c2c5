//go:build !unix

package sdk

import (
	"net"
	"syscall"
)

// rawOf returns nothing: writing waits here.
func rawOf(net.Conn) syscall.RawConn { return nil }

func (t *trial) write(uintptr) bool { return true }
