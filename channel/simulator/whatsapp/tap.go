package whatsapp

import (
	"encoding/json"
	"fmt"
	"net/http"

	"heliograph/channel/simulator"
)

// touched is what a person taps: a button by its place, or a row by its id. A
// flow is answered with what was filled in.
type touched struct {
	Message  string          `json:"message"`
	Button   *int            `json:"button,omitempty"`
	Row      string          `json:"row,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
	Location *Location       `json:"location,omitempty"`
}

// postTap taps something on a message, and sends what a phone would send.
func (p *Provider) postTap(w http.ResponseWriter, r *http.Request) {
	address, ok := p.personInPath(w, r)
	if !ok {
		return
	}
	var in touched
	if e := simulator.ReadJSON(w, r, &in); e != nil {
		e.Write(w)
		return
	}
	m, ok := p.n.Find(in.Message)
	if !ok {
		notFound("message").Write(w)
		return
	}
	v := p.n.See(m)
	content, ok := v.Content.(*Content)
	p.mu.Lock()
	mine := v.Person == p.people.find(address).thread()
	p.mu.Unlock()
	if !ok || v.Direction != simulator.Outbound || !mine {
		simulator.BadField("message", "is not a message to this person").Write(w)
		return
	}
	what, bad := tapped(content, in)
	if bad != nil {
		bad.Write(w)
		return
	}
	what.To, what.Context = content.PhoneNumberID, &saidContext{ID: in.Message}
	p.say(w, address, what)
}

// tapped is what a phone sends for a tap.
func tapped(c *Content, in touched) (said, *simulator.Problem) {
	if in.Row != "" {
		return rowOf(c, in.Row)
	}
	if in.Button == nil || *in.Button < 0 || *in.Button >= len(c.Buttons) {
		return said{}, simulator.BadField("button", fmt.Sprintf("must be from 0 to %d", len(c.Buttons)-1))
	}
	b := c.Buttons[*in.Button]
	switch b.Kind {
	case tapTemplate:
		return said{Type: "button", Button: &saidButton{Text: b.Text, Payload: b.ID}}, nil
	case tapReply:
		return interactiveReply("button_reply", map[string]string{"id": b.ID, "title": b.Text}), nil
	case tapFlow:
		response := "{}"
		if len(in.Response) > 0 {
			response = string(in.Response)
		}
		return interactiveReply("nfm_reply", map[string]string{"name": "flow", "body": "Sent", "response_json": response}), nil
	case tapLocation:
		place := in.Location
		if place == nil {
			place = &Location{Latitude: 52.520008, Longitude: 13.404954, Name: "Berlin"}
		}
		return said{Type: "location", Location: place}, nil
	}
	return said{}, simulator.BadField("button", "leads elsewhere: nothing is sent for it")
}

func rowOf(c *Content, id string) (said, *simulator.Problem) {
	if c.List != nil {
		for _, s := range c.List.Sections {
			for _, row := range s.Rows {
				if row.ID == id {
					reply := map[string]string{"id": row.ID, "title": row.Title}
					if row.Description != "" {
						reply["description"] = row.Description
					}
					return interactiveReply("list_reply", reply), nil
				}
			}
		}
	}
	return said{}, simulator.BadField("row", "is not a row of the message")
}

func interactiveReply(kind string, reply map[string]string) said {
	raw, err := json.Marshal(map[string]any{"type": kind, kind: reply})
	if err != nil {
		panic(err) // strings always marshal
	}
	return said{Type: "interactive", Interactive: raw}
}
