package openapi

import (
	"bytes"
	"encoding/json"
)

// Object is a JSON object that keeps the order of its members, so that examples
// read like what they are examples of.
type Object struct{ Members []Member }

// Member is one name with its value.
type Member struct {
	Name  string
	Value any
}

// Add sets a member; the first of a name keeps its place.
func (o *Object) Add(name string, value any) {
	for i := range o.Members {
		if o.Members[i].Name == name {
			o.Members[i].Value = value
			return
		}
	}
	o.Members = append(o.Members, Member{name, value})
}

// MarshalJSON writes the members in their order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o.Members {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
