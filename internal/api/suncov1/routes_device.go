package suncov1

import "net/http"

func (a *API) deviceRoutes() []route {
	return []route{
		{method: http.MethodPost, path: "/appusers/{userId}/clients", scopes: forAll, status: http.StatusCreated, handle: a.createClient,
			op: op{tag: "Devices", summary: "Make a device a client of a user", in: newClientRequest{}, out: clientAnswer{},
				doc: "An addition of ours, for apps without one of our SDKs. A device that is the user's already is changed; one that another user has moves to this one."}},
		{method: http.MethodPut, path: "/appusers/{userId}/clients/{clientId}", scopes: forAll, handle: a.updateClient,
			op: op{tag: "Devices", summary: "Change a device of a user", in: clientChangeRequest{}, out: clientAnswer{}, doc: "An addition of ours. For clients of web, ios and android."}},
		{method: http.MethodDelete, path: "/appusers/{userId}/clients/{clientId}", scopes: forAll, handle: a.deleteClient,
			op: op{tag: "Devices", summary: "Take a device away from a user", doc: "An addition of ours. Its session and its pushes end. For clients of web, ios and android."}},
		{method: http.MethodPost, path: "/init", scopes: forServers, handle: a.legacyInit, v1: true,
			op: op{tag: "Devices", summary: "Init a device, as v1 did", in: legacyInitRequest{}, out: legacyInitAnswer{},
				doc: "The user with userId, or the one who has the device, gets the device; who does not exist yet is made. New programs use POST …/clients, or an SDK."}},
		{method: http.MethodPut, path: "/appusers/{userId}/devices/{deviceId}", scopes: forAll, handle: a.changeLegacyDevice, v1: true,
			op: op{tag: "Devices", summary: "Change a device, as v1 did", in: legacyDeviceRequest{}, out: legacyDeviceAnswer{}}},
	}
}
