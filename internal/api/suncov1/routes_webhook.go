package suncov1

import "net/http"

func (a *API) webhookRoutes() []route {
	const ours = "An addition of ours. "
	return []route{
		{method: http.MethodPost, path: "/webhooks", scopes: forServers, status: http.StatusCreated, handle: a.createWebhook,
			op: op{tag: "Webhooks", summary: "Create a webhook", in: webhookRequest{}, out: webhookAnswer{}, doc: "An app has at most 10."}},
		{method: http.MethodGet, path: "/webhooks", scopes: forServers, handle: a.listWebhooks,
			op: op{tag: "Webhooks", summary: "List webhooks", out: webhooksAnswer{}, doc: "Those that belong to integrations are among them; they have an integrationId."}},
		{method: http.MethodGet, path: "/webhooks/{webhookId}", scopes: forServers, handle: a.getWebhook,
			op: op{tag: "Webhooks", summary: "Get a webhook", out: webhookAnswer{}}},
		{method: http.MethodPut, path: "/webhooks/{webhookId}", scopes: forServers, handle: a.updateWebhook,
			op: op{tag: "Webhooks", summary: "Change a webhook", in: webhookRequest{}, out: webhookAnswer{}, doc: "What is absent stays. Giving a target enables a webhook that was disabled."}},
		{method: http.MethodDelete, path: "/webhooks/{webhookId}", scopes: forServers, handle: a.deleteWebhook,
			op: op{tag: "Webhooks", summary: "Delete a webhook", doc: "It is told nothing more, not even what waits for it."}},
		{method: http.MethodPost, path: "/webhooks/{webhookId}/enable", scopes: forServers, handle: a.enableWebhook,
			op: op{tag: "Webhooks", summary: "Enable a disabled webhook", out: webhookAnswer{}, doc: ours + "It is told of what happens from now on; what it missed can be replayed."}},
		{method: http.MethodPost, path: "/webhooks/{webhookId}/replay", scopes: forServers, status: http.StatusAccepted, handle: a.replayWebhook,
			op: op{tag: "Webhooks", summary: "Tell events again", in: replayRequest{}, out: replayAnswer{},
				doc: ours + "Events keep their ids and their place in the order. One call queues up to 10,000 events; when hasMore is true, call again with the same range and after."}},
		{method: http.MethodGet, path: "/webhooks/{webhookId}/deliveries", scopes: forServers, handle: a.listWebhookCalls,
			op: op{tag: "Webhooks", summary: "List what a webhook was told", out: hookCallsAnswer{},
				doc: ours + "One entry for each call, newest event first.",
				query: []param{
					{name: "eventId", doc: "Only this event."},
					{name: "outcome", doc: "done, retry, refused or dead."},
					{name: "from", doc: "Only events from this time on, in ISO 8601, to the second."},
					{name: "to", doc: "Only events before this time."},
					{name: "limit", doc: "At most 100; 25 unless told.", kind: 0},
					{name: "after", doc: "Where the last page ended: its after."},
				}}},
	}
}
