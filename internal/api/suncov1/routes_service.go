package suncov1

import "net/http"

func (a *API) serviceRoutes() []route {
	const all, one = "/serviceaccounts", "/serviceaccounts/{serviceAccountId}"
	const keys, key, app = one + "/keys", one + "/keys/{serviceKeyId}", one + "/apps/{appId}"
	routes := []route{
		{method: http.MethodPost, path: all, status: http.StatusCreated, handle: a.createServiceAccount,
			op: op{summary: "Create a service account", in: serviceAccountRequest{}, out: serviceAccountAnswer{},
				doc: "Its keys reach the apps that it makes or is granted, and no service accounts."}},
		{method: http.MethodGet, path: all, handle: a.listServiceAccounts,
			op: op{summary: "List service accounts", out: serviceAccountsAnswer{}, query: pagingParams()}},
		{method: http.MethodGet, path: one, handle: a.getServiceAccount,
			op: op{summary: "Get a service account", out: serviceAccountAnswer{}}},
		{method: http.MethodPut, path: one, handle: a.updateServiceAccount,
			op: op{summary: "Change a service account", in: serviceAccountRequest{}, out: serviceAccountAnswer{}}},
		{method: http.MethodDelete, path: one, handle: a.deleteServiceAccount,
			op: op{summary: "Delete a service account", doc: "Its keys stop working at once. The apps that it made stay."}},
		{method: http.MethodPost, path: keys, status: http.StatusCreated, handle: a.createServiceKey,
			op: op{summary: "Create a key of a service account", doc: "A service account has at most 10.", in: keyRequest{}, out: keyAnswer{}}},
		{method: http.MethodGet, path: keys, handle: a.listServiceKeys,
			op: op{summary: "List the keys of a service account", out: keysAnswer{}}},
		{method: http.MethodGet, path: key, handle: a.getServiceKey,
			op: op{summary: "Get a key of a service account", out: keyAnswer{}}},
		{method: http.MethodDelete, path: key, handle: a.deleteServiceKey,
			op: op{summary: "Delete a key of a service account", doc: "It stops working at once, in other processes within a second."}},
		{method: http.MethodGet, path: key + "/jwt", handle: a.getServiceKeyJWT,
			op: op{summary: "Get a token signed with a service account's key", out: jwtAnswer{}}},
		{method: http.MethodPut, path: app, handle: a.grantApp,
			op: op{summary: "Grant an app to a service account", out: serviceAccountAnswer{}, doc: "An addition of ours."}},
		{method: http.MethodDelete, path: app, handle: a.revokeApp,
			op: op{summary: "Take an app away from a service account", doc: "An addition of ours."}},
	}
	for i := range routes {
		routes[i].form, routes[i].scopes, routes[i].op.tag = global, forOwner, "Service accounts"
	}
	return routes
}
