package httpx

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"heliograph"
)

// Body reads a request's whole body. One of more than limit bytes is an error of
// kind TooLarge, and is not read to its end.
func Body(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	limited := http.MaxBytesReader(w, r.Body, limit)
	var body []byte
	var err error
	if r.ContentLength > 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(limited, body)
	} else {
		body, err = io.ReadAll(limited)
	}
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		return nil, tooLarge(limit)
	}
	if err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the body ended early")
	}
	return body, nil
}

func tooLarge(limit int64) error {
	size := fmt.Sprintf("%d kB", limit>>10)
	if limit >= 1<<20 {
		size = fmt.Sprintf("%d MB", limit>>20)
	}
	return heliograph.Errorf(heliograph.TooLarge, heliograph.CodePayloadTooLarge, "the body is larger than %s", size)
}
