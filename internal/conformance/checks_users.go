package conformance

import "net/url"

func userChecks() []Check {
	return []Check{
		{Name: "appUsers.create", Call: "POST /appusers", run: func(p *probe) {
			external := "user-" + random()
			p.post("/appusers", doc{"userId": external, "givenName": "Ana", "signedUpAt": "2024-05-01T09:30:00.000Z", "properties": doc{"plan": "gold"}}).is(201).
				want("appUser.userId", external).want("appUser.givenName", "Ana").want("appUser.signedUpAt", "2024-05-01T09:30:00.000Z").
				want("appUser.properties.plan", "gold").want("appUser.conversationStarted", false).has("appUser.clients", "appUser.pendingClients")
			p.post("/appusers", doc{"userId": external}).refused(409, "conflict")
			p.post("/appusers", doc{}).refused(400, "bad_request")
		}},
		{Name: "appUsers.get", Call: "GET /appusers/{user}", Note: "by either id; a raw @ in the path is fine", run: func(p *probe) {
			external := random() + "@example.org"
			id := p.post("/appusers", doc{"userId": external}).is(201).text("appUser._id")
			for _, name := range []string{id, external, url.QueryEscape(external)} {
				p.get("/appusers/"+name).is(200).want("appUser._id", id)
			}
			p.get("/appusers/nobody-"+random()).refused(404, "user_not_found")
		}},
		{Name: "appUsers.update", Call: "PUT /appusers/{user}", run: func(p *probe) {
			_, id := p.user()
			p.put("/appusers/"+id, doc{"surname": "Lee", "properties": doc{"a": 1}}).is(200).want("appUser.surname", "Lee")
			p.put("/appusers/"+id, doc{"properties": doc{"b": true}}).is(200).want("appUser.properties", doc{"a": 1, "b": true}).want("appUser.surname", "Lee")
		}},
		{Name: "appUsers.delete", Call: "DELETE /appusers/{user}", run: func(p *probe) {
			_, id := p.user()
			p.delete("/appusers/" + id).is(200)
			p.get("/appusers/"+id).refused(404, "user_not_found")
		}},
		{Name: "appUsers.deleteProfile", Call: "DELETE /appusers/{user}/profile", run: func(p *probe) {
			_, id := p.user()
			p.put("/appusers/"+id, doc{"givenName": "Ana", "properties": doc{"a": 1}}).is(200)
			p.delete("/appusers/" + id + "/profile").is(200).lacks("appUser.givenName")
			p.get("/appusers/"+id).is(200).want("appUser.properties", doc{})
		}},
		{Name: "appUsers.mergeUsers", Call: "POST /appusers/merge", run: func(p *probe) {
			_, one := p.user()
			_, two := p.user()
			p.put("/appusers/"+two, doc{"properties": doc{"from": "two"}}).is(200)
			p.post("/appusers/merge", doc{"surviving": doc{"_id": one}, "discarded": doc{"_id": two}}).is(200)
			p.get("/appusers/"+two).refused(404, "user_not_found")
			p.get("/appusers/"+one).is(200).want("appUser.properties.from", "two")
		}},
		{Name: "appUsers.getAuthCode", Call: "GET /appusers/{user}/authcode", run: func(p *probe) {
			_, id := p.user()
			p.get("/appusers/" + id + "/authcode").is(200).text("authCode")
		}},
		{Name: "appUsers.getBusinessSystems", Call: "GET /appusers/{user}/businesssystems", run: func(p *probe) {
			_, id := p.user()
			p.get("/appusers/" + id + "/businesssystems").is(200).list("businessSystems")
		}},
	}
}
