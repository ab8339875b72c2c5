package sunco

// The shapes of message.go in writing. A member that is added there is
// added here; a test compares both with encoding/json.

func (m *Message) Write(o *Writer, name string) {
	o.Open(name, '{')
	o.Text("_id", m.ID)
	o.Text("type", m.Type)
	o.Text("role", m.Role)
	o.Text("authorId", m.AuthorID)
	o.TextIf("name", m.Name)
	o.TextIf("email", m.Email)
	o.TextIf("avatarUrl", m.AvatarURL)
	o.Float("received", m.Received)
	m.Source.Write(o, "source")
	if m.Text != nil {
		o.Text("text", *m.Text)
	}
	o.TextIf("mediaUrl", m.MediaURL)
	o.TextIf("mediaType", m.MediaType)
	o.IntIf("mediaSize", m.MediaSize)
	o.TextIf("altText", m.AltText)
	o.TextIf("payload", m.Payload)
	if len(m.Actions) > 0 {
		writeActions(o, m.Actions)
	}
	m.Structure.Write(o)
	o.DocumentIf("metadata", m.Metadata)
	if a := m.Answers; a != nil {
		o.Open("answers", '{')
		o.Text("messageId", a.MessageID)
		o.TextIf("notificationId", a.NotificationID)
		o.Text("confidence", a.Confidence)
		o.Close('}')
	}
	o.Close('}')
}

func (s *Source) Write(o *Writer, name string) {
	o.Open(name, '{')
	o.Text("type", s.Type)
	o.TextIf("integrationId", s.IntegrationID)
	o.TextIf("originalMessageId", s.OriginalID)
	o.FloatIf("originalMessageTimestamp", s.OriginalAt)
	o.Close('}')
}

func writeActions(o *Writer, list []Action) {
	o.Open("actions", '[')
	for i := range list {
		list[i].Write(o)
	}
	o.Close(']')
}

func (a *Action) Write(o *Writer) {
	o.Open("", '{')
	o.Text("_id", a.ID)
	o.Text("type", a.Type)
	o.Text("text", a.Text)
	o.Text("uri", a.URI)
	o.TextIf("payload", a.Payload)
	o.TextIf("iconUrl", a.IconURL)
	o.TextIf("fallback", a.Fallback)
	o.TextIf("size", a.Size)
	o.FlagIf("openOnReceive", a.Open)
	o.FlagIf("default", a.Default)
	o.IntIf("amount", a.Amount)
	o.TextIf("currency", a.Currency)
	o.TextIf("state", a.State)
	o.DocumentIf("metadata", a.Metadata)
	o.DocumentIf("extraChannelOptions", a.Extra)
	o.Close('}')
}
