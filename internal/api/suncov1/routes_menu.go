package suncov1

import "net/http"

func (a *API) menuRoutes() []route {
	const own, one = "/menu", "/integrations/{integrationId}/menu"
	routes := []route{
		{method: http.MethodGet, path: own, handle: a.getMenu, op: op{summary: "Get the app's menu", out: menuAnswer{}}},
		{method: http.MethodPut, path: own, handle: a.setMenu, op: op{summary: "Set the app's menu", in: menuRequest{}, out: menuAnswer{},
			doc: "Holds for every integration that has no menu of its own."}},
		{method: http.MethodDelete, path: own, handle: a.removeMenu, op: op{summary: "Remove the app's menu"}},
		{method: http.MethodGet, path: one, handle: a.getMenu, op: op{summary: "Get the menu of an integration", out: menuAnswer{},
			doc: "The app's menu, where the integration has none of its own."}},
		{method: http.MethodPost, path: one, handle: a.setMenu, status: http.StatusCreated,
			op: op{summary: "Create the menu of an integration", in: menuRequest{}, out: menuAnswer{}}},
		{method: http.MethodPut, path: one, handle: a.setMenu, op: op{summary: "Change the menu of an integration", in: menuRequest{}, out: menuAnswer{}}},
		{method: http.MethodDelete, path: one, handle: a.removeMenu, op: op{summary: "Remove the menu of an integration",
			doc: "The app's menu holds from then on."}},
	}
	for i := range routes {
		routes[i].scopes, routes[i].op.tag = forServers, "Menus"
	}
	return routes
}
