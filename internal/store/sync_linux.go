package store

import (
	"errors"
	"os"
	"syscall"
)

// syncFile waits until what was written to f is on the disk. Times of the file
// do not matter: fdatasync leaves them out, and with them a second write.
func syncFile(f *os.File) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = c.Control(func(fd uintptr) {
		for failed = syscall.EINTR; errors.Is(failed, syscall.EINTR); {
			failed = syscall.Fdatasync(int(fd))
		}
	})
	return errors.Join(err, failed)
}
