package suncov1

import "net/http"

func (a *API) appRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/apps", form: global, scopes: forAccount, status: http.StatusCreated, handle: a.createApp,
			op: op{tag: "Apps", summary: "Create an app", in: appRequest{}, out: appAnswer{}}},
		{method: http.MethodGet, path: "/apps", form: global, scopes: forAccount, handle: a.listApps,
			op: op{tag: "Apps", summary: "List apps", out: appsAnswer{}, query: append(pagingParams(),
				param{name: "serviceAccountId", doc: "Only the apps that this service account reaches."}),
				doc: "A service account sees the apps that it made or was granted."}},
		{method: http.MethodGet, form: longOnly, scopes: forServers, handle: a.getApp,
			op: op{tag: "Apps", summary: "Get an app", out: appAnswer{}}},
		{method: http.MethodPut, form: longOnly, scopes: forServers, handle: a.updateApp,
			op: op{tag: "Apps", summary: "Change an app", in: appRequest{}, out: appAnswer{}}},
		{method: http.MethodDelete, form: longOnly, scopes: forAccount, handle: a.deleteApp,
			op: op{tag: "Apps", summary: "Delete an app", doc: "Its keys stop working at once; its data is removed in the background."}},
		{method: http.MethodGet, path: "/sdks", form: longOnly, scopes: forServers, handle: a.getSDKs,
			op: op{tag: "Apps", summary: "Get the ids of the kits for web and mobile", out: sdksAnswer{}}},
	}
}
