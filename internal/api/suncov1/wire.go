package suncov1

import "encoding/json"

// partial is a JSON object with some of the fields of T, passed on as it is, so
// that an absent field and a zero one can be told apart.
type partial[T any] struct{ json.RawMessage }

// Shape implements openapi.Shaper.
func (partial[T]) Shape() any {
	var t T
	return t
}

// UnmarshalJSON keeps the text; null counts as absent.
func (p *partial[T]) UnmarshalJSON(b []byte) error {
	if string(b) != "null" {
		p.RawMessage = append([]byte(nil), b...)
	}
	return nil
}
