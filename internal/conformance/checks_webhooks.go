package conformance

func webhookChecks() []Check {
	target := "https://receiver.example/hook"
	return []Check{
		{Name: "webhooks.create", Call: "POST /webhooks", run: func(p *probe) {
			a := p.post("/webhooks", doc{"target": target}).is(201).want("webhook.triggers", []string{"message"}).want("webhook.version", "v1.1").
				want("webhook.includeClient", false).want("webhook.includeFullAppUser", false)
			a.text("webhook.secret")
			p.delete("/webhooks/" + a.text("webhook._id")).is(200)
			p.post("/webhooks", doc{"target": "ftp://a"}).refused(400, "bad_request")
			p.post("/webhooks", doc{"target": target, "triggers": []string{"nonsense"}}).refused(400, "bad_request")
			p.post("/webhooks", doc{"target": target, "triggers": []string{"delivery:success"}}).refused(400, "bad_request")
		}},
		{Name: "webhooks.list", Call: "GET /webhooks", run: func(p *probe) { p.get("/webhooks").is(200).list("webhooks") }},
		{Name: "webhooks.get, update, delete", Call: "GET, PUT, DELETE /webhooks/{id}", run: func(p *probe) {
			a := p.post("/webhooks", doc{"target": target, "triggers": []string{"*"}}).is(201)
			at := "/webhooks/" + a.text("webhook._id")
			p.get(at).is(200).want("webhook.secret", a.text("webhook.secret"))
			p.put(at, doc{"triggers": []string{"postback"}}).is(200).want("webhook.triggers", []string{"postback"}).want("webhook.target", target)
			p.delete(at).is(200)
			p.get(at).refused(404, "not_found")
		}},
		{Name: "ten webhooks at most", Call: "POST /webhooks", run: func(p *probe) {
			var made []string
			defer func() {
				for _, id := range made {
					p.delete("/webhooks/" + id)
				}
			}()
			for range 10 {
				a := p.post("/webhooks", doc{"target": target})
				if a.status == 400 {
					break // some were there already
				}
				made = append(made, a.is(201).text("webhook._id"))
			}
			if n := len(p.get("/webhooks").is(200).list("webhooks")); n != 10 {
				p.failf("the app has %d webhooks, want 10", n)
			}
			p.post("/webhooks", doc{"target": target}).refused(400, "bad_request")
		}},
		{Name: "the log of calls", Call: "GET /webhooks/{id}/deliveries", Verdict: Better, Note: "with replay, and stable event ids in X-Event-Id", needs: needsSink, run: func(p *probe) {
			l := p.listen(nil, "message:appUser")
			defer l.close()
			p.userSays()
			l.next("message:appUser")
			if h := p.Sink.at(l.path)[0]; h.id == "" {
				p.failf("the call has no X-Event-Id")
			}
			p.get("/webhooks/" + l.id + "/deliveries").is(200)
		}},
	}
}

// userSays lets a user say something through the API and returns who.
func (p *probe) userSays() (id string) {
	_, id = p.user()
	p.post("/appusers/"+id+"/messages", doc{"role": "appUser", "type": "text", "text": "Hello"}).is(201)
	return id
}

func triggerChecks() []Check {
	const sink, provider = needsSink, needsSink | needsProvider
	notified := func(p *probe) string {
		phone := p.phone()
		p.post(p.long("/notifications"), doc{
			"destination": doc{"integrationId": p.twilio(), "destinationId": phone}, "author": doc{"role": "appMaker"}, "message": doc{"type": "text", "text": "Check this out!"},
		}).is(201)
		return phone
	}
	on := func(trigger string, needs need, run func(p *probe, l *listener)) Check {
		return Check{Name: trigger, needs: needs, run: func(p *probe) {
			l := p.listen(nil, trigger)
			defer l.close()
			run(p, l)
		}}
	}
	linked := func(p *probe) string {
		_, id := p.user()
		p.post("/appusers/"+id+"/channels", doc{"type": "twilio", "integrationId": p.twilio(), "phoneNumber": p.phone(), "confirmation": doc{"type": "immediate"}}).is(200)
		return id
	}
	return []Check{
		on("message:appUser", sink, func(p *probe, l *listener) {
			id := p.userSays()
			l.next("message:appUser").want("messages.0.text", "Hello").want("messages.0.role", "appUser").want("appUser._id", id).
				want("appUser.conversationStarted", true).has("conversation._id").lacks("recentNotifications")
		}),
		on("message:appMaker", sink, func(p *probe, l *listener) {
			_, id := p.user()
			p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "Hi"}).is(201)
			l.next("message:appMaker").want("messages.0.text", "Hi").want("appUser._id", id)
		}),
		on("notification:delivery:channel", provider, func(p *probe, l *listener) {
			phone := notified(p)
			l.next("notification:delivery:channel").want("destination.destinationId", phone).want("isFinalEvent", false).
				has("notification._id", "externalMessages.0.id", "matchResult.appUser._id", "timestamp")
		}),
		on("notification:delivery:user", provider, func(p *probe, l *listener) {
			notified(p)
			l.next("notification:delivery:user").want("isFinalEvent", true).has("notification._id")
		}),
		on("notification:delivery:failure", provider, func(p *probe, l *listener) {
			p.post(p.long("/notifications"), doc{
				"destination": doc{"integrationId": p.twilio(), "destinationId": "+1555" + digits(3) + "0011"}, "author": doc{"role": "appMaker"}, "message": doc{"type": "text", "text": "a"},
			}).is(201)
			l.next("notification:delivery:failure").want("isFinalEvent", true).has("error.code")
		}),
		{Name: "recentNotifications", Note: "what was sent goes with the answer, once", needs: provider, run: func(p *probe) {
			l := p.listen(nil, "message:appUser", "message:appMaker")
			defer l.close()
			phone := notified(p)
			p.arrives(phone, "Check this out!")
			p.says(phone, "Tell me more")
			l.next("message:appUser").want("recentNotifications.0.text", "Check this out!").want("recentNotifications.0.source.type", "notification").want("messages.0.source.type", "twilio")
			l.never("message:appMaker")
		}},
		on("conversation:read", sink, func(p *probe, l *listener) {
			_, id := p.user()
			p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "Hi"}).is(201)
			p.post("/appusers/"+id+"/conversation/read", nil).is(200)
			l.next("conversation:read").want("appUser._id", id)
		}),
		on("postback", sink, func(p *probe, l *listener) {
			_, id := p.user()
			a := p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "?", "actions": []doc{{"type": "postback", "text": "More", "payload": "MORE"}}}).is(201)
			p.post("/appusers/"+id+"/conversation/postback", doc{"actionId": a.text("message.actions.0._id")}).is(200)
			l.next("postback").want("postbacks.0.action.payload", "MORE").want("appUser._id", id)
		}),
		on("merge:appUser", sink, func(p *probe, l *listener) {
			_, one := p.user()
			_, two := p.user()
			p.post("/appusers/merge", doc{"surviving": doc{"_id": one}, "discarded": doc{"_id": two}}).is(200)
			l.next("merge:appUser").want("surviving._id", one).want("discarded.0._id", two)
		}),
		on("appUser:delete", sink, func(p *probe, l *listener) {
			_, id := p.user()
			p.delete("/appusers/" + id).is(200)
			l.next("appUser:delete").want("appUser._id", id)
		}),
		on("client:add", provider, func(p *probe, l *listener) {
			id := linked(p)
			l.next("client:add").want("appUser._id", id).want("reason", "channelLinking").want("client.platform", "twilio")
		}),
		on("client:remove", provider, func(p *probe, l *listener) {
			p.delete("/appusers/" + linked(p) + "/channels/twilio").is(200)
			l.next("client:remove").want("reason", "api")
		}),
		on("link:success", provider, func(p *probe, l *listener) {
			id := linked(p)
			l.next("link:success").want("appUser._id", id).has("criteria.phoneNumber")
		}),
		on("link:match", provider, func(p *probe, l *listener) {
			_, id := p.user()
			p.post("/appusers/"+id+"/channels", doc{"type": "twilio", "integrationId": p.twilio(), "phoneNumber": p.phone(), "confirmation": doc{"type": "userActivity", "message": doc{"role": "appMaker", "type": "text", "text": "Hi"}}}).is(200)
			l.next("link:match").want("appUser._id", id)
		}),
		on("link:failure", provider, func(p *probe, l *listener) {
			_, id := p.user()
			p.post("/appusers/"+id+"/channels", doc{"type": "twilio", "integrationId": p.twilio(), "phoneNumber": "+1555" + digits(3) + "0011", "confirmation": doc{"type": "immediate", "message": doc{"role": "appMaker", "type": "text", "text": "Hi"}}}).is(200)
			l.next("link:failure").want("appUser._id", id).has("error.code")
		}),
		on("message:delivery:channel", provider, func(p *probe, l *listener) {
			id := linked(p)
			m := p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "Hi"}).is(201).text("message._id")
			l.next("message:delivery:channel").want("message._id", m).want("destination.type", "twilio")
		}),
		on("message:delivery:user", provider, func(p *probe, l *listener) {
			p.post("/appusers/"+linked(p)+"/messages", doc{"role": "appMaker", "type": "text", "text": "Hi"}).is(201)
			l.next("message:delivery:user").want("isFinalEvent", true)
		}),
		on("message:delivery:failure", provider, func(p *probe, l *listener) {
			p.post("/appusers/"+linked(p)+"/messages", doc{"role": "appMaker", "type": "form", "fields": []doc{{"type": "text", "name": "n", "label": "Name"}}}).is(201)
			l.next("message:delivery:failure").want("isFinalEvent", true).has("error.code")
		}),
		on("conversation:start", sink, func(p *probe, l *listener) {
			id := p.starts()
			l.next("conversation:start").want("appUser._id", id).has("conversation._id")
		}),
		on("typing:appUser", sink, func(p *probe, l *listener) {
			id := p.userSays()
			p.post("/appusers/"+id+"/conversation/activity", doc{"role": "appUser", "type": "typing:start"}).is(200)
			l.next("typing:appUser").want("appUser._id", id).want("activity.type", "typing:start")
		}),
		{Name: "conversation:referral", Verdict: Absent, Note: "what led a person to the business is not told; a webhook may ask for it all the same", needs: sink, run: func(p *probe) {
			p.listen(nil, "conversation:referral").close()
		}},
		{Name: "payment:success", Verdict: Absent, Note: "payments are not taken; a webhook may ask for it all the same", needs: sink, run: func(p *probe) {
			p.listen(nil, "payment:success").close()
		}},
		{Name: "includeClient, includeFullAppUser", needs: sink, run: func(p *probe) {
			l := p.listen(doc{"includeFullAppUser": true}, "message:appUser")
			defer l.close()
			p.userSays()
			l.next("message:appUser").has("appUser.clients", "appUser.properties")
		}},
	}
}
