package store

// This file is per dialect: what each database says when it is away.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"heliograph"
)

// asAway returns err as what a caller can act on: when the database is away, or
// has no room, that is no fault of ours, and the caller is to try again.
func asAway(err error) error {
	if err == nil || !isAway(err) {
		return err
	}
	if _, ok := errors.AsType[*heliograph.Error](err); ok {
		return err
	}
	return &heliograph.Error{
		Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, RetryAfter: time.Second, Err: err,
		Message: "the database is away for now; try again shortly",
	}
}

// isAway reports whether err says that the database cannot be reached or cannot
// write, whoever asks. A caller that no longer waits is another matter.
func isAway(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return awayState(pg.Code)
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return true
		}
		return false
	}
	for _, broken := range []error{errBroken, driver.ErrBadConn, sql.ErrConnDone, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if errors.Is(err, broken) {
			return true
		}
	}
	_, network := errors.AsType[*net.OpError](err)
	return network
}

// awayState says it of a PostgreSQL error: class 08 is the connection, 53 is
// what the server has no room for, 57P0x is a server that stops or starts, and
// 25006 one that only reads.
func awayState(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P0") || code == "25006"
}
