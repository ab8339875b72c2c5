package suncov1

import "net/http"

func (a *API) keyRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/keys", scopes: forServers, status: http.StatusCreated, handle: a.createKey,
			op: op{tag: "Keys", summary: "Create a key", doc: "An app has at most 10.", in: keyRequest{}, out: keyAnswer{}}},
		{method: http.MethodGet, path: "/keys", scopes: forServers, handle: a.listKeys,
			op: op{tag: "Keys", summary: "List keys", out: keysAnswer{}}},
		{method: http.MethodGet, path: "/keys/{keyId}", scopes: forServers, handle: a.getKey,
			op: op{tag: "Keys", summary: "Get a key", out: keyAnswer{}}},
		{method: http.MethodDelete, path: "/keys/{keyId}", scopes: forServers, handle: a.deleteKey,
			op: op{tag: "Keys", summary: "Delete a key", doc: "It stops working at once, in other processes within a second."}},
		{method: http.MethodGet, path: "/keys/{keyId}/jwt", scopes: forServers, handle: a.getKeyJWT,
			op: op{tag: "Keys", summary: "Get a token signed with a key", out: jwtAnswer{}}},
	}
}
