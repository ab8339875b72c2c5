package suncov1

import "heliograph"

// structureJSON is what messages that are more than text and a file have.
type structureJSON struct {
	Items        []itemJSON       `json:"items,omitempty" doc:"carousel, list"`
	Display      *displayJSON     `json:"displaySettings,omitempty" doc:"carousel"`
	Fields       []fieldJSON      `json:"fields,omitempty" doc:"form: its questions; formResponse: their answers."`
	BlockChat    bool             `json:"blockChatInput,omitempty" doc:"form"`
	Submitted    *bool            `json:"submitted,omitempty" doc:"form: it was answered."`
	Coordinates  *coordinatesJSON `json:"coordinates,omitempty" doc:"location"`
	Location     *placeJSON       `json:"location,omitempty" doc:"location: what the place is called."`
	TextFallback string           `json:"textFallback,omitempty" doc:"formResponse: the answers as text."`
	Quoted       *quotedJSON      `json:"quotedMessage,omitempty" doc:"What the user replied to; of a formResponse, the form."`
}

type itemJSON struct {
	ID          string         `json:"_id"`
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	MediaURL    string         `json:"mediaUrl,omitempty"`
	MediaType   string         `json:"mediaType,omitempty"`
	AltText     string         `json:"altText,omitempty"`
	Size        string         `json:"size,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"`
	Actions     []actionJSON   `json:"actions"`
}

type displayJSON struct {
	ImageRatio string `json:"imageAspectRatio" doc:"horizontal or square."`
}

type fieldJSON struct {
	ID          string       `json:"_id,omitempty"`
	Type        string       `json:"type" doc:"text, email or select."`
	Name        string       `json:"name"`
	Label       string       `json:"label,omitempty"`
	Placeholder string       `json:"placeholder,omitempty"`
	MinSize     int          `json:"minSize,omitempty"`
	MaxSize     int          `json:"maxSize,omitempty"`
	Options     []optionJSON `json:"options,omitempty"`
	SelectSize  int          `json:"selectSize,omitempty"`
	Text        string       `json:"text,omitempty" doc:"The answer to a text question."`
	Email       string       `json:"email,omitempty" doc:"The answer to an email question."`
	Select      []optionJSON `json:"select,omitempty" doc:"The answer to a select question."`
}

type optionJSON struct {
	ID    string `json:"_id,omitempty"`
	Name  string `json:"name"`
	Label string `json:"label"`
}

type coordinatesJSON struct {
	Lat  float64 `json:"lat"`
	Long float64 `json:"long"`
}

type placeJSON struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

type quotedJSON struct {
	Type    string            `json:"type" doc:"message"`
	Content quotedContentJSON `json:"content"`
}

type quotedContentJSON struct {
	ID        string      `json:"_id"`
	Type      string      `json:"type,omitempty" doc:"Of a form, as are the members that follow."`
	Role      string      `json:"role,omitempty"`
	Text      string      `json:"text,omitempty"`
	Fields    []fieldJSON `json:"fields,omitempty"`
	BlockChat bool        `json:"blockChatInput,omitempty"`
	Submitted bool        `json:"submitted,omitempty"`
}

// structure sets what c has beyond text and a file, and the text that stands in
// for what only some channels can show.
func (m *messageJSON) structure(c *heliograph.Content) {
	switch c.Type {
	case heliograph.TextMessage, heliograph.ImageMessage, heliograph.FileMessage:
	case heliograph.CarouselMessage, heliograph.ListMessage:
		m.Items = wireItems(c.Items)
		m.standIn(c)
		if c.Type == heliograph.CarouselMessage {
			m.Display = &displayJSON{ImageRatio: c.ImageRatio}
			if c.ImageRatio == "" {
				m.Display.ImageRatio = "horizontal"
			}
		}
	case heliograph.LocationMessage:
		m.standIn(c)
		m.Coordinates = (*coordinatesJSON)(c.Coordinates)
		m.Location = (*placeJSON)(c.Venue)
	case heliograph.FormMessage:
		m.Fields, m.BlockChat, m.Submitted = wireFields(c.Fields), c.BlockChatInput, &c.Submitted
	case heliograph.FormResponseMessage:
		m.Fields, m.TextFallback = wireFields(c.Fields), c.Summary()
	}
	if c.Quoted.IsZero() {
		return
	}
	m.Quoted = &quotedJSON{Type: "message", Content: quotedContentJSON{ID: c.Quoted.String()}}
	if f := c.Form; f != nil {
		q := &m.Quoted.Content
		q.Type, q.Role, q.Text = string(f.Type), string(heliograph.Business), f.Text
		q.Fields, q.BlockChat, q.Submitted = wireFields(f.Fields), f.BlockChatInput, f.Submitted
	}
}

func (m *messageJSON) standIn(c *heliograph.Content) {
	if m.Text == nil {
		text := c.Summary()
		m.Text = &text
	}
}

func wireItems(list []heliograph.Item) []itemJSON {
	out := make([]itemJSON, len(list))
	for i := range list {
		it := &list[i]
		out[i] = itemJSON{
			ID: it.ID, Title: it.Title, Description: it.Description, MediaURL: it.MediaURL, MediaType: it.MediaType,
			AltText: it.AltText, Size: it.Size, Metadata: it.Metadata, Actions: wireActions(it.Actions),
		}
	}
	return out
}

func wireFields(list []heliograph.FormField) []fieldJSON {
	out := make([]fieldJSON, len(list))
	for i := range list {
		f := &list[i]
		out[i] = fieldJSON{
			ID: f.ID, Type: f.Type, Name: f.Name, Label: f.Label, Placeholder: f.Placeholder, MinSize: f.MinSize, MaxSize: f.MaxSize,
			Options: wireOptions(f.Options), SelectSize: f.SelectSize, Text: f.Text, Email: f.Email, Select: wireOptions(f.Select),
		}
	}
	return out
}

func wireOptions(list []heliograph.FormOption) (out []optionJSON) {
	for _, o := range list {
		out = append(out, optionJSON(o))
	}
	return out
}
