package conformance

func notificationChecks() []Check {
	notify := func(p *probe, phone string, more doc) *answer {
		body := doc{
			"destination": doc{"integrationId": p.twilio(), "destinationId": phone},
			"author":      doc{"role": "appMaker"},
			"message":     doc{"type": "text", "text": "Check this out!"},
		}
		for k, v := range more {
			body[k] = v
		}
		return p.post(p.long("/notifications"), body)
	}
	return []Check{
		{Name: "notifications.postNotification", Call: "POST /apps/{app}/notifications", needs: needsProvider, run: func(p *probe) {
			phone := p.phone()
			notify(p, phone, nil).is(201).text("notification._id")
			p.arrives(phone, "Check this out!")
		}},
		{Name: "the alias /v1", Call: "POST /v1/apps/{app}/notifications", needs: needsProvider, run: func(p *probe) {
			p.send("POST", "/v1"+p.long("/notifications"), "application/json", encoded(doc{
				"destination": doc{"integrationId": p.twilio(), "destinationId": p.phone()}, "author": doc{"role": "appMaker"}, "message": doc{"type": "text", "text": "a"},
			})).is(201)
		}},
		{Name: "what is refused", Call: "POST /apps/{app}/notifications", needs: needsProvider, run: func(p *probe) {
			for _, bad := range []doc{
				{"destination": nil}, {"author": nil}, {"message": nil}, {"author": doc{"role": "appUser"}}, {"messageSchema": "telegram"},
				{"messageSchema": "whatsapp"}, {"message": doc{"type": "text", "text": ""}}, {"message": doc{"type": "text"}},
				{"destination": doc{"integrationId": p.twilio(), "destinationId": "12"}}, {"destination": doc{"integrationId": p.twilio()}},
			} {
				notify(p, p.phone(), bad).refused(400, "bad_request")
			}
			notify(p, p.phone(), doc{"destination": doc{"integrationId": "0123456789abcdef01234567", "destinationId": "+15145555333"}}).refused(404, "integration_not_found")
		}},
		{Name: "a WhatsApp template", Call: "POST /apps/{app}/notifications", needs: needsProvider, run: func(p *probe) {
			p.post(p.long("/notifications"), doc{
				"destination": doc{"integrationId": p.whatsapp(), "destinationId": p.phone()}, "author": doc{"role": "appMaker"}, "messageSchema": "whatsapp",
				"message": doc{"type": "template", "template": doc{
					"namespace": "XXXXXXXX_XXXX_XXXX_XXXX_XXXXXXXXXXXX", "name": "sample_hsm", "language": doc{"policy": "deterministic", "code": "en"},
					"components": []doc{{"type": "body", "parameters": []doc{{"type": "text", "text": "Sample Notification"}, {"type": "text", "text": "Sample Notification"}}}},
				}},
			}).is(201).text("notification._id")
		}},
		{Name: "one notification, later", Call: "GET /apps/{app}/notifications/{id}", Verdict: Better, Note: "the vendor keeps no record; here it can be read, listed, cancelled and explained", needs: needsProvider, run: func(p *probe) {
			id := notify(p, p.phone(), nil).is(201).text("notification._id")
			at := p.long("/notifications/" + id)
			p.wait("the receipt", func() bool { return p.get(at).is(200).at("notification.status") == "user" })
			p.get(at + "/why").is(200).text("summary")
			p.get(p.long("/notifications?limit=1")).is(200).list("notifications")
		}},
		{Name: "Idempotency-Key", Call: "POST /apps/{app}/notifications", Verdict: Better, Note: "a repetition after a time-out sends nothing twice", needs: needsProvider, run: func(p *probe) {
			key, phone := random(), p.phone()
			one := notify(p, phone, doc{"idempotencyKey": key}).is(201).text("notification._id")
			notify(p, phone, doc{"idempotencyKey": key}).is(201).want("notification._id", one)
			notify(p, p.phone(), doc{"idempotencyKey": key}).is(409)
		}},
	}
}

func contentChecks() []Check {
	message := doc{"role": "appMaker", "type": "text", "text": "Hello"}
	return []Check{
		{Name: "templates.create, list, get, update, delete", Call: "…/templates", run: func(p *probe) {
			name := "t-" + random()
			id := p.post("/templates", doc{"name": name, "message": message}).is(201).want("template.name", name).text("template._id")
			p.post("/templates", doc{"name": name, "message": message}).is(400, 409)
			p.get("/templates").is(200).list("templates")
			p.get("/templates/"+id).is(200).want("template.message.text", "Hello")
			p.put("/templates/"+id, doc{"message": doc{"role": "appMaker", "type": "text", "text": "Hi"}}).is(200).want("template.message.text", "Hi")
			_, user := p.user()
			p.post("/appusers/"+user+"/messages", doc{"role": "appMaker", "type": "text", "text": "%((template:" + name + "))%"}).is(201).want("message.text", "Hi")
			p.delete("/templates/" + id).is(200)
			p.get("/templates/"+id).refused(404, "not_found")
		}},
		{Name: "attachments.create, delete", Call: "POST /attachments", run: attachmentChecks},
		{Name: "appUsers.uploadImage", Call: "POST /appusers/{user}/images", run: func(p *probe) {
			_, id := p.user()
			kind, body := form(doc{"role": "appMaker"}, "a.png", "image/png", pixel)
			p.send("POST", "/v1.1/appusers/"+id+"/images", kind, body).is(201).want("message.type", "image").text("message.mediaUrl")
		}},
		{Name: "menu.get, configure, remove", Call: "…/menu", run: func(p *probe) {
			p.put("/menu", doc{"items": []doc{{"type": "postback", "text": "Talk", "payload": "TALK"}}}).is(200).want("menu.items.0.payload", "TALK")
			p.get("/menu").is(200).want("menu.items.0.text", "Talk")
			p.put("/menu", doc{"items": []doc{{"type": "nonsense", "text": "x"}}}).refused(400, "bad_request")
			p.delete("/menu").is(200)
		}},
	}
}

func attachmentChecks(p *probe) {
	kind, body := form(nil, "a.png", "image/png", pixel)
	a := p.send("POST", "/v1.1/attachments?access=public&for=message", kind, body).is(201).want("mediaType", "image/png")
	url := a.text("mediaUrl")
	if got := p.fetch(url); string(got) != pixel {
		p.failf("%s serves %d bytes, want %d", url, len(got), len(pixel))
	}
	p.send("POST", "/v1.1/attachments?access=public", "application/json", []byte("[object FormData]")).refused(400, "bad_request")
	p.post("/attachments/remove", doc{"mediaUrl": url}).is(200)
	p.post("/attachments/remove", doc{"mediaUrl": url}).refused(404, "not_found")
	p.post("/attachments/remove", doc{"mediaUrl": "https://elsewhere.example/a.png"}).refused(400, "bad_request")
}
