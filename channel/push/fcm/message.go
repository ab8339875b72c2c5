package fcm

import (
	"strconv"
	"time"

	"heliograph/channel/push"
)

type request struct {
	Message message `json:"message"`
}

type message struct {
	Token        string            `json:"token"`
	Notification notification      `json:"notification"`
	Data         map[string]string `json:"data"`
	Android      *android          `json:"android,omitempty"`
	APNs         *apple            `json:"apns,omitempty"`
	Options      options           `json:"fcm_options"`
}

type notification struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body"`
}

type android struct {
	Priority     string  `json:"priority"`
	TTL          string  `json:"ttl"`
	Collapse     string  `json:"collapse_key"`
	Notification display `json:"notification"`
}

type display struct {
	Tag   string `json:"tag"` // a later one of the conversation takes its place
	Count int64  `json:"notification_count,omitempty"`
}

type apple struct {
	Headers map[string]string `json:"headers"`
	Payload struct {
		APS aps `json:"aps"`
	} `json:"payload"`
}

type aps struct {
	Sound   string `json:"sound"`
	Thread  string `json:"thread-id"`
	Mutable int    `json:"mutable-content"`
	Badge   *int64 `json:"badge,omitempty"`
}

type options struct {
	Label string `json:"analytics_label"`
}

func (s *Service) message(token string, n *push.Note) any {
	m := message{
		Token: token, Notification: notification{n.Title, n.Body}, Data: map[string]string{"heliograph": n.Data.JSON()},
		Options: options{"heliograph-" + string(n.Data.Topic)},
	}
	if s.Apple {
		m.APNs = s.forApple(n)
		return request{m}
	}
	m.Android = &android{Priority: "high", TTL: strconv.FormatInt(int64(n.TTL/time.Second), 10) + "s", Collapse: n.Group, Notification: display{n.Group, n.Badge}}
	if !n.Urgent {
		m.Android.Priority = "normal"
	}
	return request{m}
}

func (s *Service) forApple(n *push.Note) *apple {
	a := &apple{Headers: map[string]string{
		"apns-priority": "10", "apns-expiration": strconv.FormatInt(n.Expires.Unix(), 10), "apns-collapse-id": n.Group,
	}}
	if !n.Urgent {
		a.Headers["apns-priority"] = "5"
	}
	a.Payload.APS = aps{Sound: "default", Thread: n.Group, Mutable: 1}
	if s.Badge {
		a.Payload.APS.Badge = &n.Badge
	}
	return a
}
