package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is everything in which SQLite and PostgreSQL differ for us. Queries
// are written once, in PostgreSQL's style, and translated here.
type dialect struct {
	name      string
	driver    string
	rowwise   bool // hot writes run one prepared statement per row, not one per batch
	qmark     bool // write $1 as ?1
	fragments *strings.Replacer
}

// The named fragments: spellings that have no common form.
var postgres = dialect{name: "postgres", driver: "pgx", fragments: strings.NewReplacer(
	"/*skip locked*/", "FOR UPDATE SKIP LOCKED",
	"/*for update*/", "FOR UPDATE",
)}

var sqliteDialect = dialect{name: "sqlite", driver: "sqlite", rowwise: true, qmark: true, fragments: strings.NewReplacer(
	"/*skip locked*/", "",
	"/*for update*/", "",
)}

// translate returns the text of q for this dialect. SQLite's driver looks
// numbered parameters up one by one, so they stay anonymous where their order
// allows it. SQLite plans by the value of a limit that is a bare parameter, and
// so compiles the statement anew for every run; a sum keeps it from that.
func (d *dialect) translate(q string) string {
	q = d.fragments.Replace(q)
	if !d.qmark {
		return q
	}
	var numbered, plain strings.Builder
	inOrder, next := true, 1
	for i := 0; i < len(q); i++ {
		if q[i] != '$' || i+1 >= len(q) || q[i+1] < '0' || q[i+1] > '9' {
			numbered.WriteByte(q[i])
			plain.WriteByte(q[i])
			continue
		}
		end := i + 1
		for end < len(q) && q[end] >= '0' && q[end] <= '9' {
			end++
		}
		inOrder = inOrder && q[i+1:end] == strconv.Itoa(next)
		next++
		if strings.HasSuffix(q[:i], "LIMIT ") {
			numbered.WriteString("0 + ")
			plain.WriteString("0 + ")
		}
		numbered.WriteString("?" + q[i+1:end])
		plain.WriteByte('?')
		i = end - 1
	}
	if inOrder {
		return plain.String()
	}
	return numbered.String()
}

// only drops the blocks of a migration that belong to another dialect:
//
//	-- only: postgres
//	...
//	-- end
func (d *dialect) only(text string) (string, error) {
	var out strings.Builder
	skip, open := false, false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(trimmed, "-- only: "); ok {
			if open {
				return "", errors.New("-- only: blocks do not nest")
			}
			if name != postgres.name && name != sqliteDialect.name {
				return "", fmt.Errorf("-- only: %s: no such dialect", name)
			}
			open, skip = true, name != d.name
			continue
		}
		if trimmed == "-- end" {
			open, skip = false, false
			continue
		}
		if !skip {
			out.WriteString(line)
		}
	}
	if open {
		return "", errors.New("-- only: without -- end")
	}
	return out.String(), nil
}

// isUnique reports whether err says that a unique key is taken.
func isUnique(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "23505"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// errLostRace says that what a transaction had looked up was gone when it came
// to it.
var errLostRace = errors.New("what was looked up has gone meanwhile")

// isTransient reports whether the same transaction may succeed when run again:
// it lost a race (deadlock, serialization, busy), and nothing of it was kept.
func isTransient(err error) bool {
	if errors.Is(err, errLostRace) || errors.Is(err, errBroken) {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01"
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}
