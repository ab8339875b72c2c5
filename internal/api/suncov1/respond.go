package suncov1

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// errAnswered says that the handler has written its answer itself.
var errAnswered = errors.New("answered")

// run calls the route's handler and writes its answer.
func (c *call) run() {
	if c.route.raw != nil {
		c.cors()
		c.route.raw(c.w, c)
		return
	}
	ctx := c.Context()
	status, body, err := c.answer(ctx)
	if errors.Is(err, errAnswered) {
		return
	}
	if err != nil {
		c.fail(err)
		return
	}
	c.cors()
	write(c.w, status, body)
}

// answer returns the status and body of the call's answer.
func (c *call) answer(ctx context.Context) (int, []byte, error) {
	if c.route.idempotent {
		key, err := httpx.IdempotencyKey(c.Header)
		if err != nil {
			return 0, nil, err
		}
		if key != "" {
			return c.answerOnce(ctx, key)
		}
	}
	out, err := c.route.handle(ctx, c)
	if err != nil {
		return 0, nil, err
	}
	body, err := encode(out)
	return c.route.success(), body, err
}

// writer is an answer that writes its members itself, for where they are written
// so often that reflection shows.
type writer interface{ Write(o *jsonOut) }

// encode turns an answer into JSON; nil is {}.
func encode(out any) ([]byte, error) {
	if out == nil {
		return []byte("{}"), nil
	}
	if w, ok := out.(writer); ok {
		o := jsonOut{B: append(make([]byte, 0, 640), '{')}
		w.Write(&o)
		o.Close('}')
		return o.B, o.Err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// write sends a JSON answer. The type is always set: a vendor client reads
// error bodies only when it is.
func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = jsonContent
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

var jsonContent = []string{"application/json; charset=utf-8"}

// page reads limit and offset: 25 by default, at most 100.
func (c *call) page() (limit, offset int, err error) {
	if limit, err = c.number("limit", 25, 1, 100); err != nil {
		return 0, 0, err
	}
	offset, err = c.number("offset", 0, 0, 1<<31-1)
	return limit, offset, err
}

// pagingParams are the parameters that page reads.
func pagingParams() []param {
	return []param{
		{name: "limit", doc: "How many, 1 to 100; 25 when absent.", kind: 0},
		{name: "offset", doc: "How many to skip.", kind: 0},
	}
}

// number reads a whole number from the query.
func (c *call) number(name string, missing, low, high int) (int, error) {
	text := c.query(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, heliograph.InvalidField(name, "must be a whole number from %d to %d", low, high)
	}
	return n, nil
}
