package suncov1

import (
	"heliograph"
	"heliograph/internal/api/sunco"
)

// user writes the user an event is about: in full where the webhook asks for
// it, and for a conversation that starts; nothing when the event is about none.
func (o *hookOut) user(name string) {
	switch {
	case o.e.User.IsZero():
	case o.c.User != nil && (o.h.IncludeFullUser || o.e.Type == heliograph.EventConversation):
		w := sunco.AppUserOf(o.c.User)
		w.Write(&o.Writer, name)
	default:
		o.shortUser(name)
	}
}

// shortUser names the user, by what the event itself knows when the user is gone.
func (o *hookOut) shortUser(name string) {
	e := o.e
	w := appUserShortJSON{UserID: e.Data.ExtID, ConversationStarted: !e.Conversation.IsZero()}
	if o.c.User != nil {
		w = sunco.AppUserShortOf(o.c.User)
	} else {
		w.ID = e.User.String()
	}
	w.Write(&o.Writer, name)
}

// client writes the client an event is about; of one that is gone, what the
// event knows. Other events have it where the webhook asks for it.
func (o *hookOut) client() {
	about := isOfClient(o.e.Type)
	data := &o.e.Data
	switch {
	case o.c.Client != nil && (about || o.h.IncludeClient):
		w := sunco.ClientOf(o.c.Client)
		w.Write(&o.Writer, "client")
	case about && !data.Client.IsZero():
		w := clientJSON{
			ID: data.Client.String(), SameID: data.Client.String(), Platform: data.Channel,
			IntegrationID: data.Integ.String(), Status: string(heliograph.ClientInactive),
		}
		w.Write(&o.Writer, "client")
	}
}

func isOfClient(t heliograph.EventType) bool {
	switch t {
	case heliograph.EventClientAdd, heliograph.EventClientRemove,
		heliograph.EventLinkMatch, heliograph.EventLinkSuccess, heliograph.EventLinkFailure:
		return true
	}
	return false
}

// merge writes who is left of users that were merged, and who is not.
func (o *hookOut) merge() {
	o.shortUser("surviving")
	data := &o.e.Data
	if len(data.Other) == 0 {
		return
	}
	started := !o.e.Conversation.IsZero()
	if o.c.User != nil {
		started = o.c.User.ConversationStarted()
	}
	o.Open("discarded", '[')
	for i, id := range data.Other {
		w := appUserShortJSON{ID: id.String(), ConversationStarted: started}
		if i < len(data.OtherExt) {
			w.UserID = data.OtherExt[i]
		}
		w.Write(&o.Writer, "")
	}
	o.Close(']')
}
