package conformance

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

func encoded(v any) []byte {
	raw, _ := json.Marshal(v)
	return raw
}

func messageChecks() []Check {
	post := func(p *probe, message doc) *answer {
		_, id := p.user()
		message["role"] = "appMaker"
		return p.post("/appusers/"+id+"/messages", message)
	}
	card := doc{"title": "Boots", "description": "black", "mediaUrl": "https://shop.example/b.png", "actions": []doc{{"type": "link", "text": "Buy", "uri": "https://shop.example/b"}}}
	types := []struct {
		name string
		body doc
		want map[string]any
	}{
		{"text", doc{"type": "text", "text": "Hi", "metadata": doc{"a": 1}}, map[string]any{"text": "Hi", "metadata.a": 1, "role": "appMaker", "source.type": "api"}},
		{"text with actions", doc{"type": "text", "text": "?", "actions": []doc{{"type": "reply", "text": "Yes", "payload": "Y"}}}, map[string]any{"actions.0.payload": "Y"}},
		{"image", doc{"type": "image", "mediaUrl": "https://shop.example/a.png", "altText": "A"}, map[string]any{"mediaUrl": "https://shop.example/a.png"}},
		{"file", doc{"type": "file", "mediaUrl": "https://shop.example/a.pdf"}, map[string]any{"mediaUrl": "https://shop.example/a.pdf"}},
		{"carousel", doc{"type": "carousel", "items": []doc{card}, "displaySettings": doc{"imageAspectRatio": "square"}}, map[string]any{"items.0.title": "Boots", "displaySettings.imageAspectRatio": "square"}},
		{"list", doc{"type": "list", "items": []doc{card}}, map[string]any{"items.0.description": "black"}},
		{"location", doc{"type": "location", "coordinates": doc{"lat": 45.5, "long": -73.5}, "location": doc{"name": "Shop"}}, map[string]any{"coordinates.lat": 45.5, "location.name": "Shop"}},
		{"form", doc{"type": "form", "fields": []doc{{"type": "text", "name": "n", "label": "Name"}}}, map[string]any{"fields.0.name": "n", "submitted": false}},
	}
	var all []Check
	for _, t := range types {
		all = append(all, Check{Name: "appUsers.sendMessage: " + t.name, Call: "POST /appusers/{user}/messages", run: func(p *probe) {
			a := post(p, t.body).is(201).has("message._id", "message.received", "conversation._id")
			for path, v := range t.want {
				a.want("message."+path, v)
			}
		}})
	}
	return append(all,
		Check{Name: "limits of messages", Call: "POST /appusers/{user}/messages", run: func(p *probe) {
			for _, bad := range []doc{
				{"type": "text"}, {"type": "text", "text": strings.Repeat("a", 4097)}, {"type": "image"}, {"type": "nonsense", "text": "a"},
				{"type": "carousel", "items": []doc{}}, {"type": "list", "items": []doc{{"title": "no actions"}}},
				{"type": "location", "coordinates": doc{"lat": 95, "long": 0}}, {"type": "form", "fields": []doc{}},
				{"type": "text", "text": "a", "actions": []doc{{"type": "reply", "text": "a", "payload": "b"}, {"type": "link", "text": "a", "uri": "https://a.example"}}},
			} {
				post(p, bad).refused(400, "bad_request")
			}
		}},
		Check{Name: "shorthand in text", Call: "POST /appusers/{user}/messages", Note: "an app can switch it off", Verdict: Better, run: func(p *probe) {
			post(p, doc{"type": "text", "text": "Look %[Shop](https://shop.example)"}).is(201).want("message.actions.0.uri", "https://shop.example")
		}},
		Check{Name: "messages of the appUser", Call: "POST /appusers/{user}/messages", run: func(p *probe) {
			_, id := p.user()
			p.post("/appusers/"+id+"/messages", doc{"role": "appUser", "type": "text", "text": "Hi"}).is(201).want("message.authorId", id)
		}},
		Check{Name: "appUsers.getMessages", Call: "GET /appusers/{user}/messages", run: pageMessages},
		Check{Name: "appUsers.deleteMessage", Call: "DELETE /appusers/{user}/messages/{message}", run: func(p *probe) {
			_, id := p.user()
			m := p.post("/appusers/"+id+"/messages", doc{"role": "appUser", "type": "text", "text": "Hi"}).is(201).text("message._id")
			p.delete("/appusers/" + id + "/messages/" + m).is(200)
			p.get("/appusers/"+id+"/messages").is(200).want("messages", []any{})
		}},
		Check{Name: "appUsers.deleteMessages", Call: "DELETE /appusers/{user}/messages", run: func(p *probe) {
			_, id := p.user()
			p.post("/appusers/"+id+"/messages", doc{"role": "appUser", "type": "text", "text": "Hi"}).is(201)
			p.delete("/appusers/" + id + "/messages").is(200)
			p.get("/appusers/"+id+"/messages").is(200).want("messages", []any{})
		}},
		Check{Name: "why", Call: "GET /appusers/{user}/messages/{message}/why", Verdict: Better, Note: "the vendor has nothing of the kind", run: func(p *probe) {
			_, id := p.user()
			m := p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "Hi"}).is(201).text("message._id")
			p.get("/appusers/" + id + "/messages/" + m + "/why").is(200).text("summary")
		}},
	)
}

// pageMessages follows the pages of 250 messages both ways.
func pageMessages(p *probe) {
	_, id := p.user()
	at := "/appusers/" + id + "/messages"
	for i := range 250 {
		p.post(at, doc{"role": "appUser", "type": "text", "text": fmt.Sprint(i)}).is(201)
	}
	seen, next := []string{}, p.get(at)
	for next != nil {
		page := next.is(200)
		var texts []string
		for _, m := range page.list("messages") {
			texts = append(texts, find(m, "text").(string))
		}
		seen = append(texts, seen...)
		next = nil
		if more, ok := page.at("previous").(string); ok {
			u, err := url.Parse(more)
			if err != nil {
				p.failf("previous is %q", more)
			}
			next = p.get(at + "?" + u.RawQuery)
		}
	}
	if len(seen) != 250 || seen[0] != "0" || seen[249] != "249" {
		p.failf("the pages hold %d messages, from %.20q", len(seen), seen)
	}
	p.get(at+"?before=1&after=1").refused(400, "bad_request")
}

func conversationChecks() []Check {
	begin := func(p *probe) string {
		_, id := p.user()
		p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "Hi"}).is(201)
		return id
	}
	return []Check{
		{Name: "conversations.get", Call: "GET /appusers/{user}/conversation", run: func(p *probe) {
			p.get("/appusers/"+begin(p)+"/conversation").is(200).has("conversation._id").want("conversation.unreadCount", 1)
			_, fresh := p.user()
			p.get("/appusers/"+fresh+"/conversation").refused(404, "conversation_not_found")
		}},
		{Name: "conversations.resetUnreadCount", Call: "POST /appusers/{user}/conversation/read", run: func(p *probe) {
			id := begin(p)
			p.post("/appusers/"+id+"/conversation/read", nil).is(200)
			p.get("/appusers/"+id+"/conversation").is(200).want("conversation.unreadCount", 0)
		}},
		{Name: "appUsers.conversationActivity", Call: "POST /appusers/{user}/conversation/activity", run: func(p *probe) {
			id := begin(p)
			for _, kind := range []string{"typing:start", "typing:stop", "conversation:read"} {
				p.post("/appusers/"+id+"/conversation/activity", doc{"role": "appMaker", "type": kind}).is(200).has("conversation._id")
			}
		}},
		{Name: "conversations.postPostback", Call: "POST /appusers/{user}/conversation/postback", run: func(p *probe) {
			_, id := p.user()
			a := p.post("/appusers/"+id+"/messages", doc{"role": "appMaker", "type": "text", "text": "?", "actions": []doc{{"type": "postback", "text": "More", "payload": "MORE"}}}).is(201)
			p.post("/appusers/"+id+"/conversation/postback", doc{"actionId": a.text("message.actions.0._id")}).is(200)
			p.post("/appusers/"+id+"/conversation/postback", doc{"actionId": "0123456789abcdef01234567"}).is(404)
		}},
	}
}
