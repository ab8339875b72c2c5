package suncov1

import "net/http"

func (a *API) profileRoutes() []route {
	const one = "/integrations/{integrationId}/profile"
	return []route{
		{method: http.MethodGet, path: one, scopes: forServers, handle: a.getProfile,
			op: op{tag: "Integrations", summary: "Get the profile of a sender", out: profileAnswer{},
				doc: "As the provider tells it. Integrations whose channel knows no profiles answer 400; WhatsApp knows them."}},
		{method: http.MethodPut, path: one, scopes: forServers, handle: a.setProfile,
			op: op{tag: "Integrations", summary: "Change the profile of a sender", in: profileRequest{}, out: profileAnswer{},
				doc: "Only the fields that are named change."}},
		{method: http.MethodPut, path: one + "/photo", scopes: forServers, maxBody: maxPhoto + 64<<10, handle: a.setPhoto,
			op: op{tag: "Integrations", summary: "Set the picture of a sender", out: photoAnswer{},
				doc: "The body is multipart/form-data with the picture, a JPEG or PNG of at most 5 MB, in the field source."}},
	}
}
