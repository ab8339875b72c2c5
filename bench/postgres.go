package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgDatabase is a database of its own on the server that the run was given.
type pgDatabase struct {
	url   string
	admin string
	name  string
}

func newPgDatabase(ctx context.Context, admin string) (*pgDatabase, error) {
	if admin == "" {
		return nil, errNoPostgres
	}
	u, err := url.Parse(admin)
	if err != nil {
		return nil, err
	}
	d := &pgDatabase{admin: admin, name: fmt.Sprintf("bench_%d_%d", os.Getpid(), time.Now().UnixNano())}
	u.Path = "/" + d.name
	d.url = u.String()
	return d, d.as(ctx, admin, "CREATE DATABASE "+d.name)
}

func (d *pgDatabase) as(ctx context.Context, where, statement string) error {
	conn, err := pgx.Connect(ctx, where)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func (d *pgDatabase) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_ = d.as(ctx, d.admin, "DROP DATABASE IF EXISTS "+d.name+" WITH (FORCE)")
}
