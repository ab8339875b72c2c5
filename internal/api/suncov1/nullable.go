package suncov1

import "encoding/json"

// nullable is a field that tells an absent value from null.
type nullable[T any] struct {
	given bool
	value T // zero for null
}

// Shape implements openapi.Shaper.
func (nullable[T]) Shape() any {
	var t T
	return t
}

// UnmarshalJSON reads a value or null.
func (n *nullable[T]) UnmarshalJSON(b []byte) error {
	n.given = true
	return json.Unmarshal(b, &n.value)
}

// change returns the value to set; nil when the field is to stay.
func (n *nullable[T]) change() *T {
	if !n.given {
		return nil
	}
	return &n.value
}
