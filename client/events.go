package client

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// serverSent stays connected by server-sent events until the connection ends.
func (l *link) serverSent(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	query := url.Values{"cursor": {l.cursor}, "foreground": {strconv.FormatBool(l.foreground)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.c.base+"/events?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	l.cred.header(req.Header)
	req.Header.Set("Accept", "text/event-stream")
	silent := time.AfterFunc(l.c.tuning.ready, func() { cancel(errSilent) })
	defer silent.Stop()
	res, err := l.c.http.Do(req)
	if err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(res.Body, 1<<16))
		return refusal(res, body)
	}
	err = l.readEvents(bufio.NewReader(res.Body), func() {
		if l.isReady {
			silent.Reset(l.silence())
		}
	})
	return cmp.Or(l.err, context.Cause(ctx), err)
}

// readEvents takes events until there are no more. heard is called with every line.
func (l *link) readEvents(in *bufio.Reader, heard func()) error {
	var data []byte
	for {
		line, err := readLine(in)
		if err != nil {
			return err
		}
		heard()
		field, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case len(line) == 0:
			if len(data) > 0 {
				if err := l.take(data); err != nil {
					return err
				}
			}
			data = nil
		case string(field) == "data":
			if len(data) > 0 {
				data = append(data, '\n')
			}
			if data = append(data, bytes.TrimPrefix(value, []byte(" "))...); len(data) > maxAnswer {
				return errors.New("an event is too long")
			}
		}
	}
}

// readLine reads a line of a bounded length, without its end.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, more, err := in.ReadLine()
		if err != nil {
			return nil, err
		}
		if line = append(line, part...); len(line) > maxAnswer {
			return nil, errors.New("a line is too long")
		}
		if !more {
			return line, nil
		}
	}
}
