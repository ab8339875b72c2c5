package content

import (
	"bytes"
	"encoding/json"
	"math"

	"github.com/go-faster/jx"

	"heliograph"
)

// metadata reads a flat map of strings, numbers and booleans.
func (p parser) metadata(d *jx.Decoder, key string) (map[string]any, error) {
	switch d.Next() {
	case jx.Null:
		return nil, d.Null()
	case jx.Object:
	default:
		return nil, p.wrong(d, key, "must be a JSON object")
	}
	out := map[string]any{}
	err := d.ObjBytes(func(d *jx.Decoder, k []byte) error {
		name, err := p.clean(key, string(k))
		if err != nil {
			return err
		}
		out[name], err = p.scalar(d, key+"."+name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if size := jsonSize(out); size > heliograph.MaxMetadataBytes {
		return nil, invalid(p.at, key, "is %d bytes of JSON, more than %d", size, heliograph.MaxMetadataBytes)
	}
	return out, nil
}

func (p parser) scalar(d *jx.Decoder, key string) (any, error) {
	switch d.Next() {
	case jx.String:
		return p.str(d, key)
	case jx.Bool:
		return d.Bool()
	case jx.Number:
		f, err := d.Float64()
		if err != nil || math.IsInf(f, 0) {
			return nil, invalid(p.at, key, "is not a number that can be kept")
		}
		return f, nil
	}
	return nil, p.wrong(d, key, "must be a string, a number or a boolean")
}

// jsonSize is how many bytes m is as JSON without escapes for HTML. Small maps,
// which nearly all are, are bounded without being written out.
func jsonSize(m map[string]any) int {
	bound := 2
	for k, v := range m {
		bound += 6*len(k) + 4
		switch v := v.(type) {
		case string:
			bound += 6*len(v) + 2
		default:
			bound += 25
		}
	}
	if bound <= heliograph.MaxMetadataBytes {
		return bound
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(m) != nil {
		return math.MaxInt
	}
	return b.Len() - 1 // Encode ends with a newline
}
