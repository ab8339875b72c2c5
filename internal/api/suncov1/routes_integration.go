package suncov1

import "net/http"

func (a *API) integrationRoutes() []route {
	const one = "/integrations/{integrationId}"
	return []route{
		{method: http.MethodPost, path: "/integrations", form: longOnly, scopes: forServers, status: http.StatusCreated, handle: a.createIntegration,
			op: op{tag: "Integrations", summary: "Create an integration",
				doc: "The provider is asked first. Credentials that it refuses are a 400; while it cannot be asked the answer is 503, and nothing is created.",
				in:  integrationRequest{}, out: integrationAnswer{}}},
		{method: http.MethodGet, path: "/integrations", form: longOnly, scopes: forServers, handle: a.listIntegrations,
			op: op{tag: "Integrations", summary: "List integrations", out: integrationsAnswer{}, query: append(pagingParams(),
				param{name: "types", doc: "Only these types, separated by commas."})}},
		{method: http.MethodGet, path: one, form: longOnly, scopes: forServers, handle: a.getIntegration,
			op: op{tag: "Integrations", summary: "Get an integration", out: integrationAnswer{}}},
		{method: http.MethodPut, path: one, form: longOnly, scopes: forServers, handle: a.updateIntegration,
			op: op{tag: "Integrations", summary: "Change an integration", in: integrationRequest{}, out: integrationAnswer{}}},
		{method: http.MethodDelete, path: one, form: longOnly, scopes: forServers, handle: a.deleteIntegration,
			op: op{tag: "Integrations", summary: "Delete an integration", doc: "What is still queued for it fails with the reason integration_gone."}},
		{method: http.MethodPost, path: one + "/pause", form: longOnly, scopes: forServers, handle: a.pauseIntegration,
			op: op{tag: "Integrations", summary: "Pause an integration", doc: "An addition of ours. Messages are accepted, and wait until it is resumed; where the delivery settings name an integration for the failover, that one takes over.", in: pauseRequest{}, out: integrationAnswer{}}},
		{method: http.MethodPost, path: one + "/resume", form: longOnly, scopes: forServers, handle: a.resumeIntegration,
			op: op{tag: "Integrations", summary: "Resume an integration", doc: "An addition of ours. What waits goes out.", out: integrationAnswer{}}},
	}
}
