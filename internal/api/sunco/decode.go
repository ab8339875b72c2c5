package sunco

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"heliograph"
)

// MaxBody bounds a JSON body where nothing else is said.
const MaxBody = 100 * 1024

// Decode reads a JSON object into a T. Unknown keys are ignored; a value of the
// wrong type is an error that names its field.
func Decode[T any](body []byte) (*T, error) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, Malformed("a JSON body is required")
	}
	if err := CheckText(body); err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(body, v); err != nil {
		return nil, DecodeError(err)
	}
	return v, nil
}

// DecodeError says what is wrong with a body in the caller's terms.
func DecodeError(err error) error {
	if e, ok := errors.AsType[*heliograph.Error](err); ok {
		return e
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if t.Field == "" {
			return Malformed("the body must be %s", jsonType(t.Type))
		}
		if strings.HasPrefix(t.Value, "number ") && strings.HasPrefix(jsonType(t.Type), "a number") {
			return heliograph.InvalidField(t.Field, "is a number beyond what can be kept")
		}
		return heliograph.InvalidField(t.Field, "must be %s, not %s", jsonType(t.Type), strings.SplitN(t.Value, " ", 2)[0])
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return Malformed("the body is not JSON: %s at byte %d", s, s.Offset)
	}
	return Malformed("the body cannot be read: %s", err)
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

// Malformed says that a request does not hold as a whole.
func Malformed(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, format, args...)
}
