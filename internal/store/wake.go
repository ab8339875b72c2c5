package store

// This file is per dialect: only on PostgreSQL can other processes be at work.

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// wakeChannel is the name that processes on one database talk under.
const wakeChannel = "heliograph_queue"

// Wake tells the processes that work on slots that something was queued there.
// It is a hint: whoever misses it finds the work when it looks by itself.
func (s *Store) Wake(ctx context.Context, slots []int) error {
	if s.d.rowwise || len(slots) == 0 {
		return nil
	}
	words := make([]string, len(slots))
	for i, slot := range slots {
		words[i] = strconv.Itoa(slot)
	}
	_, err := s.write.ExecContext(ctx, `SELECT pg_notify($1, $2)`, wakeChannel, strings.Join(words, ","))
	return err
}

// Listen calls woken with the slots that other processes queued work in, and
// hands their hints to who is told of changes, until ctx ends. It connects again
// when the connection breaks.
func (s *Store) Listen(ctx context.Context, woken func(slots []int)) {
	if s.d.rowwise {
		return
	}
	for ctx.Err() == nil {
		if err := s.listenOnce(ctx, woken); err != nil && ctx.Err() == nil {
			s.Log.Warn("wake-ups from other processes are not heard; connecting again", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (s *Store) listenOnce(ctx context.Context, woken func(slots []int)) error {
	conn, err := pgx.Connect(ctx, s.URL)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, name := range []string{wakeChannel, hintChannel} {
		if _, err := conn.Exec(ctx, "LISTEN "+name); err != nil {
			return err
		}
	}
	if s.voice.name != "" { // so that others begin to tell us at once
		if err := s.voice.notify(ctx, []string{s.voice.name + "[]"}); err != nil {
			return err
		}
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Channel == hintChannel {
			s.voice.hear(n.Payload)
			continue
		}
		var slots []int
		for word := range strings.SplitSeq(n.Payload, ",") {
			if slot, err := strconv.Atoi(word); err == nil {
				slots = append(slots, slot)
			}
		}
		woken(slots)
	}
}
