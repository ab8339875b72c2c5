package suncov1

// The shapes of wire_message.go in writing. A member that is added there is
// added here; a test compares both with encoding/json.

func (m *messageJSON) write(o *jsonOut, name string) {
	o.open(name, '{')
	o.text("_id", m.ID)
	o.text("type", m.Type)
	o.text("role", m.Role)
	o.text("authorId", m.AuthorID)
	o.textIf("name", m.Name)
	o.textIf("email", m.Email)
	o.textIf("avatarUrl", m.AvatarURL)
	o.float("received", m.Received)
	m.Source.write(o, "source")
	if m.Text != nil {
		o.text("text", *m.Text)
	}
	o.textIf("mediaUrl", m.MediaURL)
	o.textIf("mediaType", m.MediaType)
	o.intIf("mediaSize", m.MediaSize)
	o.textIf("altText", m.AltText)
	o.textIf("payload", m.Payload)
	if len(m.Actions) > 0 {
		writeActions(o, m.Actions)
	}
	m.structureJSON.write(o)
	o.documentIf("metadata", m.Metadata)
	if a := m.Answers; a != nil {
		o.open("answers", '{')
		o.text("messageId", a.MessageID)
		o.textIf("notificationId", a.NotificationID)
		o.text("confidence", a.Confidence)
		o.close('}')
	}
	o.close('}')
}

func (s *sourceJSON) write(o *jsonOut, name string) {
	o.open(name, '{')
	o.text("type", s.Type)
	o.textIf("integrationId", s.IntegrationID)
	o.textIf("originalMessageId", s.OriginalID)
	o.floatIf("originalMessageTimestamp", s.OriginalAt)
	o.close('}')
}

func writeActions(o *jsonOut, list []actionJSON) {
	o.open("actions", '[')
	for i := range list {
		list[i].write(o)
	}
	o.close(']')
}

func (a *actionJSON) write(o *jsonOut) {
	o.open("", '{')
	o.text("_id", a.ID)
	o.text("type", a.Type)
	o.text("text", a.Text)
	o.text("uri", a.URI)
	o.textIf("payload", a.Payload)
	o.textIf("iconUrl", a.IconURL)
	o.textIf("fallback", a.Fallback)
	o.textIf("size", a.Size)
	o.flagIf("openOnReceive", a.Open)
	o.flagIf("default", a.Default)
	o.intIf("amount", a.Amount)
	o.textIf("currency", a.Currency)
	o.textIf("state", a.State)
	o.documentIf("metadata", a.Metadata)
	o.documentIf("extraChannelOptions", a.Extra)
	o.close('}')
}
