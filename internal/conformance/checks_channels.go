package conformance

import "net/url"

func channelChecks() []Check {
	link := func(p *probe, user, phone, confirmation string, message any) *answer {
		c := doc{"type": confirmation}
		if message != nil {
			c["message"] = message
		}
		return p.post("/appusers/"+user+"/channels", doc{"type": "twilio", "integrationId": p.twilio(), "phoneNumber": phone, "confirmation": c})
	}
	text := doc{"role": "appMaker", "type": "text", "text": "Hello there"}
	return []Check{
		{Name: "appUsers.linkChannel: immediate", Call: "POST /appusers/{user}/channels", needs: needsProvider, run: func(p *probe) {
			_, id := p.user()
			phone := p.phone()
			link(p, id, phone, "immediate", nil).is(200).want("appUser.clients.0.externalId", phone).want("appUser.clients.0.status", "active")
			link(p, id, phone, "immediate", nil).is(200).lacks("appUser.clients.1")
		}},
		{Name: "appUsers.linkChannel: userActivity", Call: "POST /appusers/{user}/channels", needs: needsProvider, run: func(p *probe) {
			_, id := p.user()
			phone := p.phone()
			link(p, id, phone, "userActivity", nil).refused(400, "bad_request")
			link(p, id, phone, "userActivity", text).is(200).want("appUser.pendingClients.0.status", "pending")
			p.arrives(phone, "Hello there")
			p.says(phone, "Yes please")
			p.wait("the link", func() bool {
				return p.get("/appusers/"+id).is(200).at("appUser.clients.0.externalId") == phone
			})
		}},
		{Name: "appUsers.linkChannel: theft", Call: "POST /appusers/{user}/channels", Note: "the address moves to the user who links it", needs: needsProvider, run: func(p *probe) {
			_, one := p.user()
			_, two := p.user()
			phone := p.phone()
			link(p, one, phone, "immediate", nil).is(200)
			link(p, two, phone, "immediate", nil).is(200).want("appUser.clients.0.externalId", phone)
			p.get("/appusers/"+one).is(200).want("appUser.clients", []any{})
		}},
		{Name: "appUsers.getChannels", Call: "GET /appusers/{user}/channels", needs: needsProvider, run: func(p *probe) {
			_, id := p.user()
			phone := p.phone()
			link(p, id, phone, "immediate", nil).is(200)
			p.get("/appusers/"+id+"/channels").is(200).want("channels.0.type", "twilio").want("channels.0.phoneNumber", phone)
		}},
		{Name: "appUsers.unlinkChannel", Call: "DELETE /appusers/{user}/channels/{type}", needs: needsProvider, run: func(p *probe) {
			_, id := p.user()
			link(p, id, p.phone(), "immediate", nil).is(200)
			p.delete("/appusers/" + id + "/channels/twilio").is(200)
			p.delete("/appusers/"+id+"/channels/twilio").refused(400, "bad_request")
		}},
		{Name: "appUsers.pingChannel", Call: "POST /appusers/{user}/integrations/{type}/ping", needs: needsProvider, run: func(p *probe) {
			_, id := p.user()
			link(p, id, p.phone(), "immediate", nil).is(200)
			p.post("/appusers/"+id+"/integrations/twilio/ping", nil).is(200)
		}},
		{Name: "appUsers.getLinkRequests", Call: "GET /appusers/{user}/linkrequest", needs: needsProvider, run: func(p *probe) {
			_, id := p.user()
			p.get("/appusers/"+id+"/linkrequest?integrationIds="+p.twilio()).is(200).has("linkRequests.0.code", "linkRequests.0.url")
			p.get("/appusers/"+id+"/linkrequest").refused(400, "bad_request")
		}},
	}
}

// phone returns a number that nobody has.
func (p *probe) phone() string { return "+1555" + digits(6) + "1" }

// arrives waits until a phone of the simulator shows a text.
func (p *probe) arrives(phone, text string) {
	p.wait("the text on the phone", func() bool {
		a := p.simulator("GET", "/sim/messages?to="+url.QueryEscape(phone), nil)
		for _, m := range flat(a.doc) {
			if m == text {
				return true
			}
		}
		return false
	})
}

// says lets a person answer from a phone of the simulator.
func (p *probe) says(phone, text string) {
	p.simulator("POST", "/sim/phones/"+phone+"/reply", doc{"text": text, "to": p.number})
}

// flat lists every text in a document.
func flat(v any) (out []string) {
	switch x := v.(type) {
	case string:
		return []string{x}
	case []any:
		for _, e := range x {
			out = append(out, flat(e)...)
		}
	case map[string]any:
		for _, e := range x {
			out = append(out, flat(e)...)
		}
	}
	return out
}
