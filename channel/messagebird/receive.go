package messagebird

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Receive implements channel.Receiver. MessageBird calls /status by GET; the
// webhook of a number or a flow may point at /inbound or at the root, by POST or
// by GET. What a request is, its own fields tell, so that mixed-up URLs work all
// the same.
func (s *sender) Receive(req *channel.Request) (*channel.Received, error) {
	if err := s.authenticate(req); err != nil {
		return nil, err
	}
	switch req.Path {
	case "/status", "/inbound", "/", "":
	default:
		return nil, invalid("there is nothing here; the paths are /status and /inbound")
	}
	f, err := read(req)
	if err != nil {
		return nil, err
	}
	if f.first("status") != "" && (req.Method == http.MethodGet || req.Path == "/status") {
		return s.status(f)
	}
	if req.Path == "/status" {
		return nil, invalid("status is missing")
	}
	return s.inbound(f)
}

func invalid(message string) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "%s", message)
}

// field is one field of a request; its name is in lower case, because
// MessageBird is of two minds about capitals.
type field struct{ name, value string }

type fields []field

// first returns the first value, in the order of names, that is not empty. Of a
// field that comes twice the first counts.
func (f fields) first(names ...string) string {
	for _, n := range names {
		for i := range f {
			if f[i].name == n && f[i].value != "" {
				return f[i].value
			}
		}
	}
	return ""
}

// maxFields is far above what MessageBird sends.
const maxFields = 1000

// read returns the fields of the body, or of the query when there is none.
func read(req *channel.Request) (fields, error) {
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	switch {
	case len(req.Body) == 0:
		return parseForm(req.Query)
	case kind == "application/json":
		return parseJSON(req.Body)
	}
	return parseForm(string(req.Body))
}

func parseForm(text string) (fields, error) {
	var out fields
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, invalid("a field's name is not encoded as a form's")
		}
		if value, err = url.QueryUnescape(value); err != nil || len(out) == maxFields {
			return nil, invalid("a field is not encoded as a form's, or there are too many")
		}
		out = append(out, field{strings.ToLower(channel.Clean(name)), channel.Clean(value)})
	}
	return out, nil
}

// parseJSON reads a flat object; lists are fields that come several times.
func parseJSON(body []byte) (fields, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var doc map[string]any
	if d.Decode(&doc) != nil || len(doc) > maxFields {
		return nil, invalid("the body is not a JSON object")
	}
	var out fields
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		list, ok := doc[name].([]any)
		if !ok {
			list = []any{doc[name]}
		}
		for _, v := range list[:min(len(list), maxFields)] {
			switch v.(type) {
			case string, json.Number, bool:
				out = append(out, field{strings.ToLower(channel.Clean(name)), channel.Clean(fmt.Sprint(v))})
			}
		}
	}
	return out, nil
}
