package store

import "database/sql/driver"

// params are the rows of parameters of one statement. Values are []byte (nil is
// NULL), int64, string or nil.
type params struct {
	width int
	flat  []any
}

func (p *params) add(values ...any) {
	p.width = len(values)
	p.flat = append(p.flat, values...)
}

func (p *params) len() int {
	if p.width == 0 {
		return 0
	}
	return len(p.flat) / p.width
}

// named fills dst with row i for the SQLite driver.
func (p *params) named(dst []driver.NamedValue, i int) []driver.NamedValue {
	dst = dst[:0]
	for j, v := range p.flat[i*p.width : (i+1)*p.width] {
		dst = append(dst, driver.NamedValue{Ordinal: j + 1, Value: v})
	}
	return dst
}

// arrays turns the rows into one array for each parameter.
func (p *params) arrays(types string) []any {
	n := p.len()
	out := make([]any, p.width)
	for j := range p.width {
		switch types[j] {
		case 'b':
			col := make([][]byte, n)
			for i := range n {
				col[i], _ = p.flat[i*p.width+j].([]byte)
			}
			out[j] = col
		case 'i':
			col := make([]*int64, n)
			for i := range n {
				if v, ok := p.flat[i*p.width+j].(int64); ok {
					col[i] = &v
				}
			}
			out[j] = col
		case 't':
			col := make([]*string, n)
			for i := range n {
				if v, ok := p.flat[i*p.width+j].(string); ok {
					col[i] = &v
				}
			}
			out[j] = col
		}
	}
	return out
}

// cells is one row of an answer, as either driver gives it.
type cells []any

func (c cells) int(i int) int64 {
	switch v := c[i].(type) {
	case int64:
		return v
	case int32:
		return int64(v)
	case int16:
		return int64(v)
	case bool:
		if v {
			return 1
		}
	}
	return 0
}

func (c cells) bytes(i int) []byte {
	switch v := c[i].(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}

func (c cells) text(i int) string {
	switch v := c[i].(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}
