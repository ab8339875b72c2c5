package sunco

import "heliograph"

// Conversation is a conversation on the wire.
type Conversation struct {
	ID           string  `json:"_id"`
	UnreadCount  int64   `json:"unreadCount" doc:"Messages of the appMaker that the user has not read."`
	BusinessRead float64 `json:"appMakerLastRead,omitempty" doc:"Decimal Unix seconds."`
	UserRead     float64 `json:"appUserLastRead,omitempty" doc:"Decimal Unix seconds."`
}

func (c *Conversation) Write(o *Writer, name string) {
	o.Open(name, '{')
	o.Text("_id", c.ID)
	o.Int("unreadCount", c.UnreadCount)
	o.FloatIf("appMakerLastRead", c.BusinessRead)
	o.FloatIf("appUserLastRead", c.UserRead)
	o.Close('}')
}

func ConversationOf(c *heliograph.Conversation) Conversation {
	return Conversation{ID: c.ID.String(), UnreadCount: c.Unread, BusinessRead: c.BusinessRead.Seconds(), UserRead: c.UserRead.Seconds()}
}
