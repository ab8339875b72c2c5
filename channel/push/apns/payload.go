package apns

import "heliograph/channel/push"

type payload struct {
	APS  aps       `json:"aps"`
	Data push.Data `json:"heliograph"`
}

type aps struct {
	Alert alert  `json:"alert"`
	Badge *int64 `json:"badge,omitempty"`
	Sound string `json:"sound"`
	// Thread groups a conversation's pushes on the screen.
	Thread string `json:"thread-id"`
	// Mutable wakes the app's own extension, which tells that the push was received.
	Mutable int `json:"mutable-content"`
}

type alert struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body"`
}

func (s *Service) payload(n *push.Note) any {
	p := payload{Data: n.Data, APS: aps{Alert: alert{n.Title, n.Body}, Sound: "default", Thread: n.Group, Mutable: 1}}
	if s.Badge {
		p.APS.Badge = &n.Badge
	}
	return p
}
