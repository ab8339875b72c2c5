package conversation

import (
	"heliograph"
	"heliograph/internal/content"
)

// Via is a device through which a user says or does something; nil is the API.
type Via struct {
	Integration *heliograph.Integration
	Client      heliograph.ClientID
	Name        string // how the user is shown; "" by nothing
}

// event is what an event of the user tells of the way it came.
func (v *Via) event() heliograph.EventData {
	if v == nil {
		return heliograph.EventData{Channel: heliograph.SourceAPI}
	}
	return heliograph.EventData{Channel: v.Integration.Type, Integ: v.Integration.ID, Client: v.Client}
}

// mark makes m a message that came through v.
func (v *Via) mark(m *heliograph.Message) {
	if v == nil {
		return
	}
	m.Source = heliograph.Source{Type: v.Integration.Type, Integration: v.Integration.ID}
	if m.Author.Name == "" {
		m.Author.Name = v.Name
	}
}

// kept is c as it is to be stored of a user's message.
func kept(app *heliograph.App, c *heliograph.Content) *heliograph.Content {
	if !app.Settings.MaskCreditCardNumbers {
		return c
	}
	return content.MaskCards(c)
}
