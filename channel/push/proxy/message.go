package proxy

import (
	"cmp"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// message is a push in the making.
type message struct {
	out  *channel.Outgoing
	note *push.Note
	now  time.Time
}

// What says where a push comes from.
const (
	fromAgents   = "ams"
	fromBusiness = "prmsg"
)

// facts are the fields that both forms have, in different places.
type facts struct {
	BackendService string  `json:"backendService"`
	Conversation   *string `json:"conversationId"`
	Dialog         *string `json:"dialogId"`
	Originator     string  `json:"originatorId"`
	Brand          string  `json:"brandId"`
	Badge          int64   `json:"badge"`
	Sequence       int64   `json:"sequence"`

	// Of what the business sends of its own accord.
	ID       string `json:"id,omitempty"`
	LookBack int64  `json:"lookBackPeriod,omitempty"` // what is left of it, in milliseconds
	Expires  int64  `json:"expiresAt,omitempty"`
	Agent    string `json:"agentPid,omitempty"`

	Data push.Data `json:"heliograph"`
}

type appleBody struct {
	APS struct {
		Alert string `json:"alert"`
		Sound string `json:"sound"`
	} `json:"aps"`
	Service int    `json:"push-service"`
	Token   string `json:"device-token"`
	facts
	Type string `json:"notificationType"`
}

type googleBody struct {
	Data struct {
		Message string `json:"message"`
		Title   string `json:"title,omitempty"`
		Payload facts  `json:"payload"`
	} `json:"data"`
	Service int    `json:"push-service"`
	Token   string `json:"device-token"`
	Type    string `json:"notificationType"`
}

func (m *message) encode(n *push.Note) any {
	token, facts := m.out.About.Push.Token, m.facts()
	if m.out.About.Push.Service == heliograph.PushAPNs {
		b := appleBody{Service: 1, Token: token, facts: facts, Type: "apn"}
		b.APS.Alert, b.APS.Sound = alert(n), "default"
		return b
	}
	b := googleBody{Service: 2, Token: token, Type: "gcm"}
	b.Data.Message, b.Data.Payload = alert(n), facts
	if n.Data.Topic == heliograph.TopicProactive {
		b.Data.Message, b.Data.Title = n.Body, n.Title
	}
	return b
}

// alert is one line, in which the writer comes first.
func alert(n *push.Note) string {
	switch {
	case n.Title == "":
		return n.Body
	case n.Body == "":
		return n.Title
	}
	return n.Title + ": " + n.Body
}

func (m *message) facts() facts {
	a, n := m.out.About, m.note
	f := facts{
		BackendService: fromAgents, Brand: a.AppID.String(), Badge: n.Badge, Sequence: a.Sequence, Data: n.Data,
		Originator: a.AppID.String() + "." + cmp.Or(m.out.Content.Author.ID, "0"),
	}
	if n.Data.Conversation != "" {
		f.Conversation, f.Dialog = &n.Data.Conversation, &n.Data.Conversation
	}
	if n.Data.Topic == heliograph.TopicProactive {
		f.BackendService, f.ID, f.Agent = fromBusiness, n.Data.Delivery, f.Originator
		f.LookBack, f.Expires = n.TTL.Milliseconds(), n.Expires.UnixMilli()
	}
	return f
}
