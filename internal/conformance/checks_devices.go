package conformance

import (
	"encoding/json"
	"net/http"
)

// nobody calls without any credential.
const nobody = "-"

func deviceChecks() []Check {
	device := func() doc {
		return doc{"platform": "android", "deviceId": "device-" + random() + random(), "pushNotificationToken": "token-" + random(), "info": doc{"os": "Android"}}
	}
	return []Check{
		{Name: "clients.create", Call: "POST /appusers/{user}/clients", Verdict: Better, Note: "for apps without an SDK; the vendor's v1.1 has no call for it", run: func(p *probe) {
			_, id := p.user()
			body := device()
			made := p.post("/appusers/"+id+"/clients", body).is(201).want("client.platform", "android").want("client.pushNotificationToken", body["pushNotificationToken"]).text("client._id")
			p.post("/appusers/"+id+"/clients", body).is(201).want("client._id", made)
			p.get("/appusers/"+id).is(200).want("appUser.clients.0._id", made).want("appUser.clients.0.platform", "android")
			p.post("/appusers/"+id+"/clients", doc{"platform": "fax", "deviceId": body["deviceId"]}).refused(400, "bad_request")
		}},
		{Name: "clients.update, delete", Call: "PUT /appusers/{user}/clients/{client}", Verdict: Better, Note: "the same", run: func(p *probe) {
			_, id := p.user()
			at := "/appusers/" + id + "/clients/" + p.post("/appusers/"+id+"/clients", device()).is(201).text("client._id")
			p.put(at, doc{"appVersion": "2.0", "pushNotificationToken": nil}).is(200).want("client.appVersion", "2.0").lacks("client.pushNotificationToken")
			p.delete(at).is(200)
			p.put(at, doc{}).refused(404, "client_not_found")
		}},
		{Name: "init, as v1 did", Call: "POST /v1/init", Note: "one device is one user, also the second time", run: func(p *probe) {
			body, _ := json.Marshal(doc{"device": doc{"id": "device-" + random() + random(), "platform": "ios"}})
			first := p.send(http.MethodPost, "/v1/init", "application/json", body).is(200, 201).text("appUser._id")
			p.send(http.MethodPost, "/v1/init", "application/json", body).is(200, 201).want("appUser._id", first)
		}},
	}
}

// starts has a device with our SDK start a conversation, and returns its user.
func (p *probe) starts() (user string) {
	web := p.get("/apps/" + p.app + "/sdks").is(200).text("webIntegrationId")
	body, _ := json.Marshal(doc{"device": doc{"id": "device-" + random() + random()}})
	return p.as(nobody).send(http.MethodPost, "/sdk/v1/"+web+"/start", "application/json", body).is(200).text("user._id")
}
