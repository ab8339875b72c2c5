package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// dirLock is the sole use of a data folder. The system gives it up when the
// process ends, however it ends.
type dirLock struct{ file *os.File }

// lockDir takes the sole use of dir, or says who has it.
func lockDir(dir string) (*dirLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data folder cannot be used: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		holder, _ := io.ReadAll(io.LimitReader(f, 100))
		f.Close()
		return nil, fmt.Errorf("another heliograph (process %s) is running on the data folder %s: "+
			"stop it first, or give this one its own --data; several processes on the same data need PostgreSQL (--database-url)",
			orUnknown(strings.TrimSpace(string(holder))), dir)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
	}
	// The number is for the message above only.
	_ = f.Truncate(0)
	_, _ = f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	return &dirLock{f}, nil
}

// release gives the folder free. The file stays: removing it would let two
// processes hold two files of one name.
func (l *dirLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}
