package conformance

func appChecks() []Check {
	return []Check{
		{Name: "apps.create", Call: "POST /apps", needs: needsAccount, run: func(p *probe) {
			p.as(p.account).delete("/apps/" + p.newApp()).is(200)
		}},
		{Name: "apps.list", Call: "GET /apps", needs: needsAccount, run: func(p *probe) {
			p.as(p.account).get("/apps?limit=1&offset=0").is(200).has("apps", "hasMore").want("offset", 0)
		}},
		{Name: "apps.get", Call: "GET /apps/{app}", run: func(p *probe) {
			p.get("/apps/"+p.app).is(200).want("app._id", p.app).has("app.name", "app.settings", "app.appToken")
		}},
		{Name: "apps.update", Call: "PUT /apps/{app}", needs: needsAccount, run: func(p *probe) {
			app := p.newApp()
			p.as(p.account).put("/apps/"+app, doc{"name": "Renamed", "metadata": doc{"a": 1}}).is(200).want("app.name", "Renamed").want("app.metadata.a", 1)
			p.as(p.account).delete("/apps/" + app).is(200)
		}},
		{Name: "apps.delete", Call: "DELETE /apps/{app}", needs: needsAccount, run: func(p *probe) {
			app := p.newApp()
			p.as(p.account).delete("/apps/" + app).is(200)
			p.as(p.account).get("/apps/"+app).refused(404, "app_not_found")
		}},
		{Name: "apps.getSdkIds", Call: "GET /apps/{app}/sdks", run: func(p *probe) {
			p.get("/apps/"+p.app+"/sdks").is(200).has("webIntegrationId", "iosIntegrationId", "androidIntegrationId")
		}},
		{Name: "apps.keys.create", Call: "POST /keys", Note: "an app may hide secrets after creation", Verdict: Better, run: func(p *probe) {
			a := p.post("/keys", doc{"name": "one"}).is(201)
			a.has("key.name")
			a.text("key.secret")
			p.delete("/keys/" + a.text("key._id")).is(200)
		}},
		{Name: "apps.keys.list", Call: "GET /keys", run: func(p *probe) { p.get("/keys").is(200).list("keys") }},
		{Name: "apps.keys.get", Call: "GET /keys/{key}", run: func(p *probe) {
			p.get("/keys/"+p.appKey).is(200).want("key._id", p.appKey)
		}},
		{Name: "apps.keys.delete", Call: "DELETE /keys/{key}", run: func(p *probe) {
			a := p.post("/keys", doc{"name": "two"}).is(201)
			p.delete("/keys/" + a.text("key._id")).is(200)
			p.get("/keys/"+a.text("key._id")).refused(404, "not_found")
		}},
		{Name: "apps.keys.getJwt", Call: "GET /keys/{key}/jwt", run: func(p *probe) {
			p.as("Bearer " + p.get("/keys/"+p.appKey+"/jwt").is(200).text("jwt")).get("/webhooks").is(200)
		}},
	}
}

func (p *probe) newApp() string {
	return p.as(p.account).post("/apps", doc{"name": "Conformance " + random()}).is(201).text("app._id")
}

func serviceAccountChecks() []Check {
	base := "/serviceaccounts"
	make := func(p *probe) string {
		return p.as(p.account).post(base, doc{"name": "robot"}).is(201).want("serviceAccount.name", "robot").text("serviceAccount._id")
	}
	on := func(name, call string, run func(p *probe, id string)) Check {
		return Check{Name: name, Call: call, needs: needsAccount, run: func(p *probe) {
			id := make(p)
			run(p.as(p.account), id)
			p.as(p.account).delete(base + "/" + id)
		}}
	}
	return []Check{
		on("serviceAccounts.create", "POST /serviceaccounts", func(*probe, string) {}),
		on("serviceAccounts.list", "GET /serviceaccounts", func(p *probe, _ string) { p.get(base).is(200).has("serviceAccounts", "hasMore") }),
		on("serviceAccounts.get", "GET /serviceaccounts/{id}", func(p *probe, id string) { p.get(base+"/"+id).is(200).want("serviceAccount._id", id) }),
		on("serviceAccounts.update", "PUT /serviceaccounts/{id}", func(p *probe, id string) {
			p.put(base+"/"+id, doc{"name": "other"}).is(200).want("serviceAccount.name", "other")
		}),
		on("serviceAccounts.delete", "DELETE /serviceaccounts/{id}", func(p *probe, id string) {
			p.delete(base + "/" + id).is(200)
			p.get(base + "/" + id).is(404)
		}),
		on("serviceAccounts.keys.*", "…/keys", func(p *probe, id string) {
			key := p.post(base+"/"+id+"/keys", doc{"name": "k"}).is(201)
			kid := key.text("key._id")
			p.get(base + "/" + id + "/keys").is(200).list("keys")
			p.get(base+"/"+id+"/keys/"+kid).is(200).want("key._id", kid)
			p.get(base + "/" + id + "/keys/" + kid + "/jwt").is(200).text("jwt")
			own := p.as(basic(kid, key.text("key.secret")))
			app := own.post("/apps", doc{"name": "its own"}).is(201).text("app._id")
			own.get("/apps/" + app).is(200)
			own.get(base).refused(403, "forbidden")
			own.get("/apps/"+p.app+"/webhooks").is(403, 404)
			own.delete("/apps/" + app).is(200)
			p.delete(base + "/" + id + "/keys/" + kid).is(200)
		}),
	}
}
