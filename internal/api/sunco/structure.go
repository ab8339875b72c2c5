package sunco

import "heliograph"

// Structure is what messages that are more than text and a file have.
type Structure struct {
	Items        []Item       `json:"items,omitempty" doc:"carousel, list"`
	Display      *Display     `json:"displaySettings,omitempty" doc:"carousel"`
	Fields       []Field      `json:"fields,omitempty" doc:"form: its questions; formResponse: their answers."`
	BlockChat    bool         `json:"blockChatInput,omitempty" doc:"form"`
	Submitted    *bool        `json:"submitted,omitempty" doc:"form: it was answered."`
	Coordinates  *Coordinates `json:"coordinates,omitempty" doc:"location"`
	Location     *Place       `json:"location,omitempty" doc:"location: what the place is called."`
	TextFallback string       `json:"textFallback,omitempty" doc:"formResponse: the answers as text."`
	Quoted       *Quoted      `json:"quotedMessage,omitempty" doc:"What the user replied to; of a formResponse, the form."`
}

type Item struct {
	ID          string         `json:"_id"`
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	MediaURL    string         `json:"mediaUrl,omitempty"`
	MediaType   string         `json:"mediaType,omitempty"`
	AltText     string         `json:"altText,omitempty"`
	Size        string         `json:"size,omitempty"`
	Metadata    map[string]any `json:"metadata,omitempty"`
	Actions     []Action       `json:"actions"`
}

type Display struct {
	ImageRatio string `json:"imageAspectRatio" doc:"horizontal or square."`
}

type Field struct {
	ID          string   `json:"_id,omitempty"`
	Type        string   `json:"type" doc:"text, email or select."`
	Name        string   `json:"name"`
	Label       string   `json:"label,omitempty"`
	Placeholder string   `json:"placeholder,omitempty"`
	MinSize     int      `json:"minSize,omitempty"`
	MaxSize     int      `json:"maxSize,omitempty"`
	Options     []Option `json:"options,omitempty"`
	SelectSize  int      `json:"selectSize,omitempty"`
	Text        string   `json:"text,omitempty" doc:"The answer to a text question."`
	Email       string   `json:"email,omitempty" doc:"The answer to an email question."`
	Select      []Option `json:"select,omitempty" doc:"The answer to a select question."`
}

type Option struct {
	ID    string `json:"_id,omitempty"`
	Name  string `json:"name"`
	Label string `json:"label"`
}

type Coordinates struct {
	Lat  float64 `json:"lat"`
	Long float64 `json:"long"`
}

type Place struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

type Quoted struct {
	Type    string        `json:"type" doc:"message"`
	Content QuotedContent `json:"content"`
}

type QuotedContent struct {
	ID        string  `json:"_id"`
	Type      string  `json:"type,omitempty" doc:"Of a form, as are the members that follow."`
	Role      string  `json:"role,omitempty"`
	Text      string  `json:"text,omitempty"`
	Fields    []Field `json:"fields,omitempty"`
	BlockChat bool    `json:"blockChatInput,omitempty"`
	Submitted bool    `json:"submitted,omitempty"`
}

// structure sets what c has beyond text and a file, and the text that stands in
// for what only some channels can show.
func (m *Message) structure(c *heliograph.Content) {
	switch c.Type {
	case heliograph.TextMessage, heliograph.ImageMessage, heliograph.FileMessage:
	case heliograph.CarouselMessage, heliograph.ListMessage:
		m.Items = itemsOf(c.Items)
		m.standIn(c)
		if c.Type == heliograph.CarouselMessage {
			m.Display = &Display{ImageRatio: c.ImageRatio}
			if c.ImageRatio == "" {
				m.Display.ImageRatio = "horizontal"
			}
		}
	case heliograph.LocationMessage:
		m.standIn(c)
		m.Coordinates = (*Coordinates)(c.Coordinates)
		m.Location = (*Place)(c.Venue)
	case heliograph.FormMessage:
		m.Fields, m.BlockChat, m.Submitted = fieldsOf(c.Fields), c.BlockChatInput, &c.Submitted
	case heliograph.FormResponseMessage:
		m.Fields, m.TextFallback = fieldsOf(c.Fields), c.Summary()
	}
	if c.Quoted.IsZero() {
		return
	}
	m.Quoted = &Quoted{Type: "message", Content: QuotedContent{ID: c.Quoted.String()}}
	if f := c.Form; f != nil {
		q := &m.Quoted.Content
		q.Type, q.Role, q.Text = string(f.Type), string(heliograph.Business), f.Text
		q.Fields, q.BlockChat, q.Submitted = fieldsOf(f.Fields), f.BlockChatInput, f.Submitted
	}
}

func (m *Message) standIn(c *heliograph.Content) {
	if m.Text == nil {
		text := c.Summary()
		m.Text = &text
	}
}

func itemsOf(list []heliograph.Item) []Item {
	out := make([]Item, len(list))
	for i := range list {
		it := &list[i]
		out[i] = Item{
			ID: it.ID, Title: it.Title, Description: it.Description, MediaURL: it.MediaURL, MediaType: it.MediaType,
			AltText: it.AltText, Size: it.Size, Metadata: it.Metadata, Actions: ActionsOf(it.Actions),
		}
	}
	return out
}

func fieldsOf(list []heliograph.FormField) []Field {
	out := make([]Field, len(list))
	for i := range list {
		f := &list[i]
		out[i] = Field{
			ID: f.ID, Type: f.Type, Name: f.Name, Label: f.Label, Placeholder: f.Placeholder, MinSize: f.MinSize, MaxSize: f.MaxSize,
			Options: optionsOf(f.Options), SelectSize: f.SelectSize, Text: f.Text, Email: f.Email, Select: optionsOf(f.Select),
		}
	}
	return out
}

func optionsOf(list []heliograph.FormOption) (out []Option) {
	for _, o := range list {
		out = append(out, Option(o))
	}
	return out
}
