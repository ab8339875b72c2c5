package suncov1

import (
	"net/http"

	"heliograph/internal/api/httpx"
	"heliograph/internal/api/sunco"
)

// decode reads the call's body, a JSON object, into a T. Unknown keys are
// ignored; a value of the wrong type is an error that names its field.
func decode[T any](c *call) (*T, error) {
	body, err := c.bytes()
	if err != nil {
		return nil, err
	}
	return sunco.Decode[T](body)
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
		limit = sunco.MaxBody
	}
	body, err := httpx.Body(c.w, c.Request, limit)
	if err != nil {
		return nil, err
	}
	c.body, c.read = body, true
	return body, nil
}

func badRequest(format string, args ...any) error { return sunco.Malformed(format, args...) }
