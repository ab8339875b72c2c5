package suncov1

import "net/http"

func (a *API) channelRoutes() []route {
	address := []param{
		{name: "address", doc: "The channel's address of the person. Needed."},
		{name: "type", doc: "The channel, when the address alone does not tell."},
	}
	return []route{
		{method: http.MethodGet, path: "/appusers/{userId}/channels", scopes: forAll, handle: a.listChannels,
			op: op{tag: "Channels", summary: "List the channels linked to a user", out: channelsAnswer{}}},
		{method: http.MethodPost, path: "/appusers/{userId}/channels", scopes: forAll, handle: a.linkChannel,
			op: op{tag: "Channels", summary: "Link a channel to a user", in: linkRequest{}, out: appUserAnswer{},
				doc: "Succeeds as soon as the request is stored; link:match, link:success and link:failure tell what becomes of it. An address that another user has moves to this one when the link succeeds."}},
		{method: http.MethodDelete, path: "/appusers/{userId}/channels/{channel}", scopes: forAll, handle: a.unlinkChannel,
			op: op{tag: "Channels", summary: "Unlink a channel from a user", doc: "Removes every client of that type, links under way included."}},
		{method: http.MethodGet, path: "/consents", scopes: forServers, handle: a.getConsent,
			op: op{tag: "Consent", summary: "Get what an address allows", out: consentsAnswer{}, query: address,
				doc: "An addition of ours."}},
		{method: http.MethodPost, path: "/consents", scopes: forServers, handle: a.postConsent,
			op: op{tag: "Consent", summary: "Opt an address out", in: optOutRequest{}, out: consentsAnswer{},
				doc: "An addition of ours. A marketing or general opt-out holds for every address of the person."}},
		{method: http.MethodDelete, path: "/consents", scopes: forServers, handle: a.deleteConsent,
			op: op{tag: "Consent", summary: "Opt an address in again", out: consentsAnswer{},
				doc: "An addition of ours. Lifts the opt-outs of a scope; what a provider blocks itself only the person can lift.",
				query: append(address[:2:2],
					param{name: "scope", doc: "sender, marketing or all (unless told)."},
					param{name: "integrationId", doc: "Needed for the scope sender."})}},
	}
}
