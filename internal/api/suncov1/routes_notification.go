package suncov1

import (
	"net/http"

	"heliograph/internal/notify"
)

func (a *API) notificationRoutes() []route {
	list := []param{
		{name: "status", doc: "Only those with this status: scheduled, queued, sending, unknown, channel, user, failed, expired or cancelled."},
		{name: "integrationId", doc: "Only those through this integration."},
		{name: "from", doc: "Only those accepted at or after this moment, ISO-8601 or decimal Unix seconds."},
		{name: "to", doc: "Only those accepted before this moment."},
		{name: "limit", doc: "At most this many; 25 unless told, 100 at most.", kind: 0},
		{name: "cursor", doc: "The nextCursor of the page before."},
	}
	return []route{
		{method: http.MethodPost, path: "/notifications", form: longOnly, scopes: forServers, status: http.StatusCreated, raw: a.postNotification, v1: true,
			op: op{id: "postNotification", tag: "Notifications", summary: "Send a notification", in: notificationRequest{}, out: notificationAnswer{},
				doc: "Sends a message to an address of a channel, without a prior conversation. When this answers, the notification is stored durably; it is sent, or told as failed. A scheduledAt that is past sends it at once. A scheduled one is part of the person's conversation from its acceptance on. Idempotency-Key, or idempotencyKey in the body, makes a repetition harmless for 24 hours."}},
		{method: http.MethodPost, path: "/notifications/bulk", form: longOnly, scopes: forServers, raw: a.postNotifications, v1: true, maxBody: maxBulkBody,
			op: op{id: "postNotificationsBulk", tag: "Notifications", summary: "Send up to 10,000 notifications", in: bulkLine{}, out: bulkAnswer{}, lines: true,
				doc: "An addition of ours. The body is NDJSON: one notification a line, as for a single one, with an optional idempotencyKey each. The answer is NDJSON too, one line for each, in order. A bad line fails alone."}},
		{method: http.MethodPost, path: "/notifications/explain", form: longOnly, scopes: forServers, handle: a.explainNotification, v1: true,
			op: op{id: "explainNotification", tag: "Notifications", summary: "Tell what would become of a notification", in: notificationRequest{}, out: explainAnswer{},
				doc: "An addition of ours. The same checks and gates as sending; nothing is stored."}},
		{method: http.MethodGet, path: "/notifications", form: longOnly, scopes: forServers, handle: a.listNotifications, v1: true,
			op: op{id: "listNotifications", tag: "Notifications", summary: "List notifications, newest first", out: notificationList{}, query: list,
				doc: "An addition of ours. A page may be shorter than limit and still have a nextCursor: follow it until there is none."}},
		{method: http.MethodGet, path: "/notifications/{notificationId}", form: longOnly, scopes: forServers, handle: a.getNotification, v1: true,
			op: op{id: "getNotification", tag: "Notifications", summary: "Get a notification", doc: "An addition of ours. Its status, its attempts, and the error of a failure.", out: notificationDetail{}}},
		{method: http.MethodDelete, path: "/notifications/{notificationId}", form: longOnly, scopes: forServers, handle: a.cancelNotification, v1: true,
			op: op{id: "cancelNotification", tag: "Notifications", summary: "Cancel a notification that waits", out: notificationDetail{},
				doc: "An addition of ours. What has left the queue answers 409 not_cancellable."}},
		{method: http.MethodGet, path: "/notifications/{notificationId}/why", form: longOnly, scopes: forServers, handle: a.whyNotification, v1: true,
			op: op{id: "whyNotification", tag: "Notifications", summary: "Tell the story of a notification", out: notify.Story{},
				doc: "An addition of ours. Every gate, attempt, answer of the provider, event, webhook and reply, in order."}},
	}
}
