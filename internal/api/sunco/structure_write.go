package sunco

// The shapes of structure.go in writing, as in message_write.go.

func (s *Structure) Write(o *Writer) {
	if len(s.Items) > 0 {
		o.Open("items", '[')
		for i := range s.Items {
			s.Items[i].Write(o)
		}
		o.Close(']')
	}
	if s.Display != nil {
		o.Open("displaySettings", '{')
		o.Text("imageAspectRatio", s.Display.ImageRatio)
		o.Close('}')
	}
	writeFields(o, s.Fields)
	o.FlagIf("blockChatInput", s.BlockChat)
	if s.Submitted != nil {
		o.Flag("submitted", *s.Submitted)
	}
	if c := s.Coordinates; c != nil {
		o.Open("coordinates", '{')
		o.Float("lat", c.Lat)
		o.Float("long", c.Long)
		o.Close('}')
	}
	if p := s.Location; p != nil {
		o.Open("location", '{')
		o.TextIf("name", p.Name)
		o.TextIf("address", p.Address)
		o.Close('}')
	}
	o.TextIf("textFallback", s.TextFallback)
	if s.Quoted != nil {
		s.Quoted.Write(o)
	}
}

func (i *Item) Write(o *Writer) {
	o.Open("", '{')
	o.Text("_id", i.ID)
	o.Text("title", i.Title)
	o.TextIf("description", i.Description)
	o.TextIf("mediaUrl", i.MediaURL)
	o.TextIf("mediaType", i.MediaType)
	o.TextIf("altText", i.AltText)
	o.TextIf("size", i.Size)
	o.DocumentIf("metadata", i.Metadata)
	if i.Actions == nil {
		o.Key("actions")
		o.B = append(o.B, "null"...)
	} else {
		writeActions(o, i.Actions)
	}
	o.Close('}')
}

func writeFields(o *Writer, list []Field) {
	if len(list) == 0 {
		return
	}
	o.Open("fields", '[')
	for i := range list {
		list[i].Write(o)
	}
	o.Close(']')
}

func (f *Field) Write(o *Writer) {
	o.Open("", '{')
	o.TextIf("_id", f.ID)
	o.Text("type", f.Type)
	o.Text("name", f.Name)
	o.TextIf("label", f.Label)
	o.TextIf("placeholder", f.Placeholder)
	o.IntIf("minSize", int64(f.MinSize))
	o.IntIf("maxSize", int64(f.MaxSize))
	writeOptions(o, "options", f.Options)
	o.IntIf("selectSize", int64(f.SelectSize))
	o.TextIf("text", f.Text)
	o.TextIf("email", f.Email)
	writeOptions(o, "select", f.Select)
	o.Close('}')
}

func writeOptions(o *Writer, name string, list []Option) {
	if len(list) == 0 {
		return
	}
	o.Open(name, '[')
	for i := range list {
		o.Open("", '{')
		o.TextIf("_id", list[i].ID)
		o.Text("name", list[i].Name)
		o.Text("label", list[i].Label)
		o.Close('}')
	}
	o.Close(']')
}

func (q *Quoted) Write(o *Writer) {
	c := &q.Content
	o.Open("quotedMessage", '{')
	o.Text("type", q.Type)
	o.Open("content", '{')
	o.Text("_id", c.ID)
	o.TextIf("type", c.Type)
	o.TextIf("role", c.Role)
	o.TextIf("text", c.Text)
	writeFields(o, c.Fields)
	o.FlagIf("blockChatInput", c.BlockChat)
	o.FlagIf("submitted", c.Submitted)
	o.Close('}')
	o.Close('}')
}
