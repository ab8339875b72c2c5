package suncov1

import "net/http"

func (a *API) templateRoutes() []route {
	const one = "/templates/{templateId}"
	const provided = "/integrations/{integrationId}/messageTemplates"
	return []route{
		{method: http.MethodPost, path: "/templates", scopes: forServers, status: http.StatusCreated, handle: a.createTemplate,
			op: op{tag: "Templates", summary: "Create a template", in: templateRequest{}, out: templateAnswer{},
				doc: "Keeps a message under a name. A text sends it by %((template:NAME))%."}},
		{method: http.MethodGet, path: "/templates", scopes: forServers, handle: a.listTemplates,
			op: op{tag: "Templates", summary: "List templates", out: templatesAnswer{}, query: pagingParams()}},
		{method: http.MethodGet, path: one, scopes: forServers, handle: a.getTemplate,
			op: op{tag: "Templates", summary: "Get a template", out: templateAnswer{}}},
		{method: http.MethodPut, path: one, scopes: forServers, handle: a.updateTemplate,
			op: op{tag: "Templates", summary: "Change a template", in: templateRequest{}, out: templateAnswer{}, doc: "What is absent stays."}},
		{method: http.MethodDelete, path: one, scopes: forServers, handle: a.deleteTemplate,
			op: op{tag: "Templates", summary: "Delete a template"}},

		{method: http.MethodPost, path: provided, scopes: forServers, status: http.StatusCreated, handle: a.createMessageTemplate,
			op: op{tag: "Message templates", summary: "Create a message template", in: messageTemplateRequest{}, out: messageTemplateAnswer{},
				doc: "Hands a template to the integration's provider, which reviews it."}},
		{method: http.MethodGet, path: provided, scopes: forServers, handle: a.listMessageTemplates,
			op: op{tag: "Message templates", summary: "List message templates", out: messageTemplatesAnswer{},
				doc: "Asks the integration's provider.",
				query: []param{
					{name: "limit", doc: "How many, 1 to 100; 25 when absent.", kind: 0},
					{name: "after", doc: "The after or afterCursor of an answer: what follows it."},
					{name: "before", doc: "The beforeCursor of an answer: what comes before it. Not together with after."},
					{name: "status", doc: "Only templates of this status, for example APPROVED."},
				}}},
		{method: http.MethodDelete, path: provided + "/{templateName}", scopes: forServers, handle: a.deleteMessageTemplate,
			op: op{tag: "Message templates", summary: "Delete a message template", doc: "Removes it at the integration's provider, in all its languages."}},
	}
}
