package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the server's own driver
)

// A database is filled with copies of the rows that one real notification left
// behind: with other ids, times and recipients, and else just as the server
// writes them.

// filler makes the copies.
type filler struct {
	db    *sql.DB
	first int64 // when the oldest was sent, in milliseconds
	step  float64
	users int64
	each  int64 // notifications per user

	rows map[string]*template // by table
}

// template is the rows of one table.
type template struct {
	table   string
	columns []string
	rows    [][]any
	// replace tells for every value what takes its place.
	replace [][]func(n int64, v any) any
}

// perUser are the tables with a row for each user, perMessage those with rows
// for each notification.
var (
	perUser    = []string{"users", "clients", "conversations"}
	perMessage = []string{"messages", "deliveries", "events", "webhook_log", "idempotency", "inbound"}
)

// keeping tells how long the server keeps the rows of a table unless told
// otherwise; of the others nothing is that old here.
func keeping(table string) time.Duration {
	switch table {
	case "webhook_log", "inbound":
		return 7 * 24 * time.Hour
	case "idempotency":
		return 24 * time.Hour
	}
	return 0
}

// fill adds users, and notifications to them spread over the past days.
func fill(ctx context.Context, file string, users, notifications int64, past time.Duration) error {
	// It may be lost if the machine fails now, and then it is made again.
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(DELETE)&_pragma=synchronous(OFF)&_pragma=cache_size(-1048576)&_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	f := &filler{db: db, users: users, each: max(1, notifications/users), rows: map[string]*template{}}
	f.first = time.Now().Add(-past).UnixMilli()
	f.step = float64(past.Milliseconds()) / float64(max(notifications, 1))
	if err := f.read(ctx); err != nil {
		return err
	}
	if err := f.write(ctx, perUser, users); err != nil {
		return err
	}
	return f.write(ctx, perMessage, notifications)
}

// read takes the rows of the only notification as templates.
func (f *filler) read(ctx context.Context) error {
	for _, table := range append(append([]string{}, perUser...), perMessage...) {
		t, err := f.template(ctx, table)
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		f.rows[table] = t
	}
	for _, need := range []string{"users", "clients", "conversations", "messages", "deliveries"} {
		if n := len(f.rows[need].rows); n != 1 {
			return fmt.Errorf("the database has %d rows in %s, instead of those of one notification", n, need)
		}
	}
	m := f.meanings()
	for _, t := range f.rows {
		t.replace = make([][]func(int64, any) any, len(t.rows))
		for i, row := range t.rows {
			for j, v := range row {
				t.replace[i] = append(t.replace[i], m.of(t, j, v))
			}
		}
	}
	return nil
}

func (f *filler) template(ctx context.Context, table string) (*template, error) {
	rows, err := f.db.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	t := &template{table: table}
	if t.columns, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		row, into := make([]any, len(t.columns)), make([]any, len(t.columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		t.rows = append(t.rows, row)
	}
	return t, rows.Err()
}

// value returns a column of a table's first row.
func (f *filler) value(table, column string) any {
	t := f.rows[table]
	for i, c := range t.columns {
		if c == column {
			return t.rows[0][i]
		}
	}
	return nil
}

// meanings is what the values of the templates stand for.
type meanings struct {
	*filler
	sent     int64 // when the notification was accepted
	address  string
	user     []byte
	client   []byte
	thread   []byte
	message  []byte
	delivery []byte
	events   [][]byte
	inbound  [][]byte
}

func (f *filler) meanings() *meanings {
	bytesOf := func(table, column string) []byte { b, _ := f.value(table, column).([]byte); return b }
	m := &meanings{filler: f, user: bytesOf("users", "id"), client: bytesOf("clients", "id"), thread: bytesOf("conversations", "id"),
		message: bytesOf("messages", "id"), delivery: bytesOf("deliveries", "id")}
	if len(m.delivery) == 16 { // a UUIDv7 begins with its 48 bits of milliseconds
		m.sent = int64(binary.BigEndian.Uint64(m.delivery) >> 16)
	}
	m.address, _ = f.value("deliveries", "address").(string)
	m.events, m.inbound = f.rows["events"].ids(), f.rows["inbound"].ids()
	return m
}

// ids returns the ids of a template's rows.
func (t *template) ids() (out [][]byte) {
	for i, c := range t.columns {
		for _, row := range t.rows {
			if b, ok := row[i].([]byte); ok && c == "id" {
				out = append(out, b)
			}
		}
	}
	return out
}

func keep(_ int64, v any) any { return v }

// of tells what takes the place of a value.
func (m *meanings) of(t *template, column int, v any) func(int64, any) any {
	ofUser := t.table == "users" || t.table == "clients" || t.table == "conversations"
	user := func(n int64) int64 {
		if ofUser {
			return n
		}
		return n % m.users
	}
	switch v := v.(type) {
	case []byte:
		return m.id(v, user)
	case string:
		if t.columns[column] == "key" {
			return func(n int64, _ any) any { return fmt.Sprintf("old-order-%d", n) }
		}
		if t.columns[column] == "fact_key" {
			return func(n int64, v any) any { return fmt.Sprintf("%s-%d", v, n) }
		}
		if m.address == "" || !strings.Contains(v, m.address) {
			return keep
		}
		return func(n int64, v any) any { return strings.ReplaceAll(v.(string), m.address, phone(user(n))) }
	case int64:
		switch name := t.columns[column]; {
		case ofUser && (name == "seq" || name == "messages" || name == "unread"):
			return func(int64, any) any { return m.each }
		case name == "seq":
			return func(n int64, _ any) any { return n/m.users + 1 }
		case t.table == "conversations" && name == "last_received":
			return func(n int64, _ any) any { return m.at((m.each-1)*m.users + n) }
		case v > m.sent-86_400_000 && v < m.sent+86_400_000:
			after := v - m.sent
			if ofUser {
				return func(n int64, _ any) any { return m.first + after }
			}
			return func(n int64, _ any) any { return m.at(n) + after }
		}
	}
	return keep
}

// at is when the n-th notification was sent.
func (f *filler) at(n int64) int64 { return f.first + int64(float64(n)*f.step) }

// id returns what makes new ids for one that the templates hold.
func (m *meanings) id(v []byte, user func(int64) int64) func(int64, any) any {
	long := func(kind byte, n int64, at int64) []byte {
		id := make([]byte, 12)
		binary.BigEndian.PutUint32(id, uint32(at/1000))
		id[4] = kind
		binary.BigEndian.PutUint32(id[8:], uint32(n))
		return id
	}
	for kind, have := range map[byte][]byte{1: m.user, 2: m.client, 3: m.thread} {
		if bytes.Equal(v, have) {
			return func(n int64, _ any) any { return long(kind, user(n), m.first) }
		}
	}
	if bytes.Equal(v, m.message) {
		return func(n int64, _ any) any { return long(4, n, m.at(n)) }
	}
	for i, have := range append(append([][]byte{}, m.events...), m.inbound...) {
		if bytes.Equal(v, have) {
			return func(n int64, _ any) any { return long(byte(16+i), n, m.at(n)) }
		}
	}
	if bytes.Equal(v, m.delivery) {
		return func(n int64, _ any) any {
			id := make([]byte, 16)
			binary.BigEndian.PutUint64(id, uint64(m.at(n))<<16|0x7000)
			binary.BigEndian.PutUint64(id[8:], 1<<63|uint64(n))
			return id
		}
	}
	return keep
}

// write adds n copies of the rows of some tables.
func (f *filler) write(ctx context.Context, tables []string, n int64) error {
	const batch = 20000
	for from := int64(0); from < n; from += batch {
		tx, err := f.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, name := range tables {
			if err := f.copyRows(ctx, tx, f.rows[name], from, min(from+batch, n)); err != nil {
				_ = tx.Rollback()
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) copyRows(ctx context.Context, tx *sql.Tx, t *template, from, to int64) error {
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")
	st, err := tx.PrepareContext(ctx, "INSERT INTO "+t.table+" ("+strings.Join(t.columns, ", ")+") VALUES ("+marks+")")
	if err != nil {
		return err
	}
	defer st.Close()
	row := make([]any, len(t.columns))
	var oldest int64
	if keep := keeping(t.table); keep > 0 {
		oldest = time.Now().Add(-keep).UnixMilli()
	}
	for n := from; n < to; n++ {
		if f.at(n) < oldest {
			continue // the server would have removed it
		}
		for i, original := range t.rows {
			for j, v := range original {
				row[j] = t.replace[i][j](n, v)
			}
			if _, err := st.ExecContext(ctx, row...); err != nil {
				return err
			}
		}
	}
	return nil
}
