package suncov1

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
)

// referenceRoutes are where the surface describes itself. Anyone may read it.
func (a *API) referenceRoutes() []route {
	made := sync.OnceValues(a.describe)
	return []route{
		{method: http.MethodGet, path: "/openapi.json", form: global, public: true, op: op{hidden: true},
			raw: func(w http.ResponseWriter, c *call) {
				d, err := made()
				if err != nil {
					c.fail(err)
					return
				}
				write(w, http.StatusOK, d.json)
			}},
		{method: http.MethodGet, path: "/docs/api", form: fixed, public: true, op: op{hidden: true},
			raw: func(w http.ResponseWriter, c *call) {
				d, err := made()
				if err != nil {
					c.fail(err)
					return
				}
				h := w.Header()
				h.Set("Content-Type", "text/html; charset=utf-8")
				h.Set("Content-Length", strconv.Itoa(len(d.page)))
				h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
				_, _ = w.Write(d.page)
			}},
	}
}

// described is the surface's description, ready to be sent.
type described struct{ json, page []byte }

// describe makes the description, once, when someone asks for it.
func (a *API) describe() (*described, error) {
	d := a.Document(a.Version, a.Tenants.Types)
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := d.Page(&page); err != nil {
		return nil, err
	}
	return &described{json: text, page: page.Bytes()}, nil
}
