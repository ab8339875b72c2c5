package conformance

func integrationChecks() []Check {
	web := doc{"type": "web", "brandColor": "112233", "originWhitelist": []string{"https://shop.example"}}
	return []Check{
		{Name: "integrations.create", Call: "POST /apps/{app}/integrations", Note: "every type of the vendor's is stored; those without a channel here say so when they are used", run: func(p *probe) {
			a := p.post(p.long("/integrations"), web).is(201).want("integration.type", "web").want("integration.status", "active").
				want("integration.brandColor", "112233").want("integration.conversationColor", "0099ff")
			p.delete(p.long("/integrations/" + a.text("integration._id"))).is(200)
			p.post(p.long("/integrations"), doc{"type": "carrier-pigeon"}).refused(400, "bad_request")
			p.post(p.long("/integrations"), doc{"type": "telegram"}).refused(400, "bad_request")
		}},
		{Name: "integrations.list", Call: "GET /apps/{app}/integrations", run: func(p *probe) {
			p.get(p.long("/integrations?types=web%2Cios&limit=10")).is(200).has("integrations", "hasMore")
		}},
		{Name: "integrations.get, update, delete", Call: "GET, PUT, DELETE /apps/{app}/integrations/{id}", run: func(p *probe) {
			id := p.post(p.long("/integrations"), web).is(201).text("integration._id")
			at := p.long("/integrations/" + id)
			p.get(at).is(200).want("integration._id", id)
			p.put(at, doc{"brandColor": "445566"}).is(200).want("integration.brandColor", "445566")
			p.delete(at).is(200)
			p.get(at).refused(404, "integration_not_found")
		}},
		{Name: "secrets are never returned", run: func(p *probe) {
			a := p.post(p.long("/integrations"), doc{"type": "telegram", "token": "s3cret-" + random()}).is(201)
			a.lacks("integration.token")
			p.delete(p.long("/integrations/" + a.text("integration._id"))).is(200)
		}},
		{Name: "every type", Note: "android, apn, fcm, ios, line, messenger, telegram, twitter, viber, web, wechat", run: func(p *probe) {
			for _, body := range []doc{
				{"type": "android"}, {"type": "ios"}, {"type": "apn", "certificate": "MIIB", "production": true}, {"type": "fcm", "serverKey": "k", "senderId": "1"},
				{"type": "line"}, {"type": "messenger", "pageAccessToken": "t", "appId": "1", "appSecret": "s"}, {"type": "telegram", "token": "t"},
				{"type": "twitter", "consumerKey": "a", "consumerSecret": "b", "accessTokenKey": "c", "accessTokenSecret": "d"},
				{"type": "viber", "token": "t"}, {"type": "web"}, {"type": "wechat", "appId": "a", "appSecret": "b"},
			} {
				a := p.post(p.long("/integrations"), body).is(201).want("integration.type", body["type"])
				p.delete(p.long("/integrations/" + a.text("integration._id"))).is(200)
			}
		}},
		{Name: "integrations.menu.*", Call: "…/integrations/{id}/menu", run: func(p *probe) {
			id := p.post(p.long("/integrations"), web).is(201).text("integration._id")
			at := "/integrations/" + id + "/menu"
			menu := doc{"items": []doc{{"type": "link", "text": "Shop", "uri": "https://shop.example"}}}
			p.post(at, menu).is(201).want("menu.items.0.text", "Shop").has("menu.items.0._id")
			p.get(at).is(200).want("menu.items.0.text", "Shop")
			p.put(at, menu).is(200)
			p.delete(at).is(200)
			p.delete(p.long("/integrations/" + id)).is(200)
		}},
		{Name: "integrations.messageTemplates.*", Call: "…/integrations/{id}/messageTemplates", needs: needsProvider, run: templateChecks},
		{Name: "integrations.profile.*", Call: "…/integrations/{id}/profile", needs: needsProvider, run: func(p *probe) {
			at := "/integrations/" + p.whatsapp() + "/profile"
			p.put(at, doc{"about": "We sell boots"}).is(200)
			p.get(at).is(200).want("profile.about", "We sell boots")
		}},
	}
}

func templateChecks(p *probe) {
	at := "/integrations/" + p.whatsapp() + "/messageTemplates"
	name := "t" + random()
	p.post(at, doc{"category": "UTILITY", "name": name, "language": "en_US", "components": []doc{{"type": "BODY", "text": "Hello {{1}}", "example": doc{"body_text": [][]string{{"Ana"}}}}}}).is(201).
		want("messageTemplate.name", name).has("messageTemplate.status", "messageTemplate.components")
	p.get(at + "?limit=100").is(200).list("messageTemplates")
	p.delete(at + "/" + name).is(200)
	p.post(at, doc{"category": "UTILITY", "name": "Not Allowed", "language": "en_US", "components": []doc{}}).refused(400, "bad_request")
}

// twilio returns an integration that sends through the simulator.
func (p *probe) twilio() string {
	if p.line == "" {
		account, sid, token := "AC"+random()+random(), "PN"+random()+random(), random()
		a := p.post(p.long("/integrations"), doc{"type": "twilio", "accountSid": account, "authToken": token, "phoneNumberSid": sid}).is(201)
		p.bed.line, p.bed.number = p.made(a.text("integration._id")), a.text("integration.phoneNumber")
		p.simulator("POST", "/sim/numbers", doc{
			"phoneNumberSid": sid, "accountSid": account, "authToken": token, "smsUrl": p.URL + "/hooks/twilio/" + p.line + "/inbound",
		})
	}
	return p.line
}

// whatsapp returns an integration of the simulator's WhatsApp.
func (p *probe) whatsapp() string {
	return p.made(p.post(p.long("/integrations"), doc{
		"type": "whatsapp", "phoneNumberId": "1" + digits(14), "accessToken": random(), "appSecret": random(), "verifyToken": random(), "accountId": "2" + digits(14),
	}).is(201).text("integration._id"))
}

// made notes that an integration is to go when the checks are over.
func (p *probe) made(integration string) string {
	p.integrations = append(p.integrations, integration)
	return integration
}

// digits returns n digits that no other run has.
func digits(n int) string {
	out := make([]byte, n)
	for i, c := range []byte(random() + random())[:n] {
		out[i] = '0' + c%10
	}
	return string(out)
}

// simulator makes a call to the provider simulator.
func (p *probe) simulator(method, path string, body any) *answer {
	q := *p
	bed := *p.bed
	bed.URL = bed.Simulator
	q.bed = &bed
	var raw []byte
	if body != nil {
		raw = encoded(body)
	}
	a := q.send(method, path, "application/json", raw)
	if a.status > 299 {
		p.failf("the simulator: %s: %d %.200s", a.what, a.status, a.body)
	}
	return a
}
