package smshttp

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/url"
	"strconv"
	"strings"

	"heliograph/channel"
)

// record finds a field of what a provider sent, by its name or path.
type record func(name string) string

// field returns a field; a name that is not set finds nothing.
func (r record) field(name string) string {
	if name == "" {
		return ""
	}
	return channel.Clean(r(name))
}

// ofForm reads a form. Of a field that comes twice the first counts.
func ofForm(text string) (record, bool) {
	values, err := url.ParseQuery(text)
	return values.Get, err == nil
}

// ofJSON reads a document by paths such as "messages.0.id".
func ofJSON(doc any) record {
	return func(path string) string { return scalar(at(doc, path)) }
}

// parseJSON keeps numbers as they are written: ids are longer than floats.
func parseJSON(body []byte) (doc any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return doc, d.Decode(&doc) == nil
}

func at(doc any, path string) any {
	if path == "" {
		return doc
	}
	for name := range strings.SplitSeq(path, ".") {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			doc = v[i]
		default:
			return nil
		}
	}
	return doc
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

// maxItems bounds what one request may hold.
const maxItems = 1000

// records reads a request: its body, or the query when there is none. items is
// the path of a list in JSON.
func records(req *channel.Request, items string) ([]record, error) {
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	text := string(req.Body)
	switch {
	case len(req.Body) == 0:
		text = req.Query
	case kind == "application/json" || strings.HasSuffix(kind, "+json"):
		return jsonRecords(req.Body, items)
	}
	r, ok := ofForm(text)
	if !ok {
		return nil, invalid("the request is not encoded as a form")
	}
	return []record{r}, nil
}

func jsonRecords(body []byte, items string) ([]record, error) {
	doc, ok := parseJSON(body)
	if !ok {
		return nil, invalid("the body is not JSON")
	}
	list, isList := at(doc, items).([]any)
	switch {
	case !isList && items != "":
		return nil, invalid("the body has no list where the settings say")
	case !isList:
		return []record{ofJSON(doc)}, nil
	case len(list) > maxItems:
		return nil, invalid("the body holds too many entries")
	}
	out := make([]record, len(list))
	for i := range list {
		out[i] = ofJSON(list[i])
	}
	return out, nil
}
