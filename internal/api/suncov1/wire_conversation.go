package suncov1

import "heliograph"

// conversationJSON is a conversation on the wire.
type conversationJSON struct {
	ID           string  `json:"_id"`
	UnreadCount  int64   `json:"unreadCount" doc:"Messages of the appMaker that the user has not read."`
	BusinessRead float64 `json:"appMakerLastRead,omitempty" doc:"Decimal Unix seconds."`
	UserRead     float64 `json:"appUserLastRead,omitempty" doc:"Decimal Unix seconds."`
}

func (c *conversationJSON) write(o *jsonOut, name string) {
	o.open(name, '{')
	o.text("_id", c.ID)
	o.int("unreadCount", c.UnreadCount)
	o.floatIf("appMakerLastRead", c.BusinessRead)
	o.floatIf("appUserLastRead", c.UserRead)
	o.close('}')
}

func wireConversation(c *heliograph.Conversation) conversationJSON {
	return conversationJSON{ID: c.ID.String(), UnreadCount: c.Unread, BusinessRead: c.BusinessRead.Seconds(), UserRead: c.UserRead.Seconds()}
}
