package suncov1

import "net/http"

func (a *API) userRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/appusers", scopes: forServers, status: http.StatusCreated, handle: a.createUser,
			op: op{tag: "Users", summary: "Create a user beforehand", in: newUserRequest{}, out: appUserAnswer{},
				doc: "The user exists before it was ever heard of, so that channels can be linked to it."}},
		{method: http.MethodPost, path: "/appusers/merge", scopes: forServers, handle: a.mergeUsers,
			op: op{tag: "Users", summary: "Merge two users", in: mergeRequest{},
				doc: "The survivor gets the other's clients and messages, and what its own profile does not say. Requests that name the discarded user find nothing afterwards."}},
		{method: http.MethodGet, path: "/appusers/{userId}", scopes: forAll, handle: a.getUser,
			op: op{tag: "Users", summary: "Get a user", out: appUserAnswer{}}},
		{method: http.MethodPut, path: "/appusers/{userId}", scopes: forAll, handle: a.updateUser,
			op: op{tag: "Users", summary: "Change a user's profile", in: userChangeRequest{}, out: appUserAnswer{}}},
		{method: http.MethodDelete, path: "/appusers/{userId}", scopes: forServers, handle: a.deleteUser,
			op: op{tag: "Users", summary: "Delete a user",
				doc: "Erases the user with its clients, conversation and messages, and cancels what waits to be sent. Opt-outs stay: they belong to the address."}},
		{method: http.MethodDelete, path: "/appusers/{userId}/profile", scopes: forServers, handle: a.deleteProfile,
			op: op{tag: "Users", summary: "Delete a user's profile", out: appUserAnswer{},
				doc: "Clears names, e-mail and properties, and what is known about the user's clients. The user survives."}},
	}
}
