package sunco

import "encoding/json"

// Nullable is a field that tells an absent value from null.
type Nullable[T any] struct {
	Given bool
	Value T // zero for null
}

// Shape implements openapi.Shaper.
func (Nullable[T]) Shape() any {
	var t T
	return t
}

// UnmarshalJSON reads a value or null.
func (n *Nullable[T]) UnmarshalJSON(b []byte) error {
	n.Given = true
	return json.Unmarshal(b, &n.Value)
}

// Change returns the value to set; nil when the field is to stay.
func (n *Nullable[T]) Change() *T {
	if !n.Given {
		return nil
	}
	return &n.Value
}
