package conformance

import (
	"net/http"
	"strings"
)

func replace(s, old, text string) string { return strings.ReplaceAll(s, old, text) }

func generalChecks() []Check {
	return []Check{
		{Name: "both path families", Note: "the app is in the path or implied by the key", run: func(p *probe) {
			p.get("/webhooks").is(200).list("webhooks")
			p.get(p.long("/webhooks")).is(200).list("webhooks")
		}},
		{Name: "prefix /sc", run: func(p *probe) {
			p.send(http.MethodGet, "/sc/v1.1/webhooks", "application/json", nil).is(200).list("webhooks")
		}},
		{Name: "bodiless requests", Note: "Content-Type without a body is fine", run: func(p *probe) { p.get("/webhooks").is(200).list("webhooks") }},
		{Name: "unknown keys in a body", Note: "are ignored", run: func(p *probe) {
			p.post("/appusers", doc{"userId": "user-" + random(), "shoeSize": 43}).is(201)
		}},
		{Name: "wrong credential", run: func(p *probe) {
			p.as(basic(p.appKey, "wrong")).get("/webhooks").refused(401, "unauthorized")
			p.as("Bearer nonsense").get("/webhooks").refused(401, "unauthorized")
		}},
		{Name: "another app's path", run: func(p *probe) {
			p.get("/apps/0123456789abcdef01234567/webhooks").refused(403, "forbidden")
		}},
		{Name: "malformed JSON", run: func(p *probe) { p.post("/appusers", []byte(`{"userId":`)).refused(400, "bad_request") }},
		{Name: "a path that does not exist", run: func(p *probe) { p.get("/nothing/here").is(404) }},
		{Name: "JWT as credential", run: jwtChecks},
		{Name: "too large a body", Note: "100 kB", run: func(p *probe) {
			p.post("/appusers", doc{"userId": "user-" + random(), "properties": doc{"x": strings.Repeat("x", 110_000)}}).refused(413, "payload_too_large")
		}},
		{Name: "metadata over 4,096 bytes", run: func(p *probe) {
			_, id := p.user()
			p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "a", "metadata": doc{"k": strings.Repeat("x", 4096)}}).refused(400, "bad_request")
		}},
	}
}

func jwtChecks(p *probe) {
	good := sign(p.appKey, p.appToken, doc{"scope": "app", "iat": 1700000000})
	p.as("Bearer " + good).get("/webhooks").is(200)
	for _, bad := range []string{
		sign(p.appKey, "another secret", doc{"scope": "app"}),
		sign("app_0123456789abcdef01234567", p.appToken, doc{"scope": "app"}),
		sign(p.appKey, p.appToken, doc{"scope": "app", "exp": 1000}),
		sign(p.appKey, p.appToken, doc{"scope": "appUser", "userId": 7}),
		unsigned(p.appKey, doc{"scope": "app"}),
	} {
		p.as("Bearer "+bad).get("/webhooks").refused(401, "unauthorized")
	}
	external, id := p.user()
	user := "Bearer " + sign(p.appKey, p.appToken, doc{"scope": "appUser", "userId": external})
	p.as(user).get("/appusers/"+id).is(200).want("appUser.userId", external)
	p.as(user).post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "a"}).refused(403, "forbidden")
	_, other := p.user()
	p.as(user).get("/appusers/"+other).refused(403, "forbidden")
}
