package suncov1

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// maxJSON bounds a JSON body.
const maxJSON = 100 * 1024

// decode reads the call's body, a JSON object, into a T. Unknown keys are
// ignored; a value of the wrong type is an error that names its field.
func decode[T any](c *call) (*T, error) {
	body, err := c.bytes()
	if err != nil {
		return nil, err
	}
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, badRequest("a JSON body is required")
	}
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(body, v); err != nil {
		return nil, jsonError(err)
	}
	return v, nil
}

// hasBody reports whether the call came with a body.
func (c *call) hasBody() bool { return c.ContentLength != 0 && c.Body != http.NoBody }

// bytes reads the whole body, once.
func (c *call) bytes() ([]byte, error) {
	if c.read {
		return c.body, nil
	}
	limit := c.route.maxBody
	if limit == 0 {
		limit = maxJSON
	}
	body, err := httpx.Body(c.w, c.Request, limit)
	if err != nil {
		return nil, err
	}
	c.body, c.read = body, true
	return body, nil
}

// jsonError says what is wrong with a body in the caller's terms.
func jsonError(err error) error {
	if e, ok := errors.AsType[*heliograph.Error](err); ok {
		return e
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if t.Field == "" {
			return badRequest("the body must be %s", jsonType(t.Type))
		}
		if strings.HasPrefix(t.Value, "number ") && strings.HasPrefix(jsonType(t.Type), "a number") {
			return heliograph.InvalidField(t.Field, "is a number beyond what can be kept")
		}
		return heliograph.InvalidField(t.Field, "must be %s, not %s", jsonType(t.Type), strings.SplitN(t.Value, " ", 2)[0])
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return badRequest("the body is not JSON: %s at byte %d", s, s.Offset)
	}
	return badRequest("the body cannot be read: %s", err)
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonType(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	}
	return "a number"
}

func badRequest(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, format, args...)
}
