package suncov1

import "net/http"

func (a *API) reachRoutes() []route {
	const user = "/appusers/{userId}"
	routes := []route{
		{method: http.MethodGet, path: user + "/authcode", scopes: forAll, handle: a.getAuthCode,
			op: op{summary: "Get an auth code", out: authCodeAnswer{},
				doc: "With it another kit goes on as this user: once, within 10 minutes."}},
		{method: http.MethodGet, path: user + "/linkrequest", scopes: forAll, handle: a.getLinkRequests,
			op: op{summary: "Get codes that link channels", out: linkRequestsAnswer{},
				doc:   "Whoever sends a code to its integration, as the whole message, has the address it came from linked to this user: once, within a day. The URL opens such a message.",
				query: []param{{name: "integrationIds", doc: "The integrations to make codes for, separated by commas. Needed."}}}},
		{method: http.MethodGet, path: user + "/businesssystems", scopes: forServers, handle: a.getBusinessSystems,
			op: op{summary: "List the business systems that know the user", out: businessSystemsAnswer{},
				doc: "Always empty: this server has no business systems of its own. Webhooks tell others."}},
		{method: http.MethodPost, path: user + "/integrations/{integrationType}/ping", scopes: forServers, handle: a.pingChannel,
			op: op{summary: "Send a test message to a channel of the user",
				doc: "It is no part of the conversation. The user must have a client of the type; it has no body."}},
	}
	for i := range routes {
		routes[i].op.tag = "Channels"
	}
	return routes
}
