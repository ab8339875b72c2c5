package suncov1

// The shapes of wire_structure.go in writing, as in wire_message_write.go.

func (s *structureJSON) write(o *jsonOut) {
	if len(s.Items) > 0 {
		o.open("items", '[')
		for i := range s.Items {
			s.Items[i].write(o)
		}
		o.close(']')
	}
	if s.Display != nil {
		o.open("displaySettings", '{')
		o.text("imageAspectRatio", s.Display.ImageRatio)
		o.close('}')
	}
	writeFields(o, s.Fields)
	o.flagIf("blockChatInput", s.BlockChat)
	if s.Submitted != nil {
		o.flag("submitted", *s.Submitted)
	}
	if c := s.Coordinates; c != nil {
		o.open("coordinates", '{')
		o.float("lat", c.Lat)
		o.float("long", c.Long)
		o.close('}')
	}
	if p := s.Location; p != nil {
		o.open("location", '{')
		o.textIf("name", p.Name)
		o.textIf("address", p.Address)
		o.close('}')
	}
	o.textIf("textFallback", s.TextFallback)
	if s.Quoted != nil {
		s.Quoted.write(o)
	}
}

func (i *itemJSON) write(o *jsonOut) {
	o.open("", '{')
	o.text("_id", i.ID)
	o.text("title", i.Title)
	o.textIf("description", i.Description)
	o.textIf("mediaUrl", i.MediaURL)
	o.textIf("mediaType", i.MediaType)
	o.textIf("altText", i.AltText)
	o.textIf("size", i.Size)
	o.documentIf("metadata", i.Metadata)
	if i.Actions == nil {
		o.key("actions")
		o.b = append(o.b, "null"...)
	} else {
		writeActions(o, i.Actions)
	}
	o.close('}')
}

func writeFields(o *jsonOut, list []fieldJSON) {
	if len(list) == 0 {
		return
	}
	o.open("fields", '[')
	for i := range list {
		list[i].write(o)
	}
	o.close(']')
}

func (f *fieldJSON) write(o *jsonOut) {
	o.open("", '{')
	o.textIf("_id", f.ID)
	o.text("type", f.Type)
	o.text("name", f.Name)
	o.textIf("label", f.Label)
	o.textIf("placeholder", f.Placeholder)
	o.intIf("minSize", int64(f.MinSize))
	o.intIf("maxSize", int64(f.MaxSize))
	writeOptions(o, "options", f.Options)
	o.intIf("selectSize", int64(f.SelectSize))
	o.textIf("text", f.Text)
	o.textIf("email", f.Email)
	writeOptions(o, "select", f.Select)
	o.close('}')
}

func writeOptions(o *jsonOut, name string, list []optionJSON) {
	if len(list) == 0 {
		return
	}
	o.open(name, '[')
	for i := range list {
		o.open("", '{')
		o.textIf("_id", list[i].ID)
		o.text("name", list[i].Name)
		o.text("label", list[i].Label)
		o.close('}')
	}
	o.close(']')
}

func (q *quotedJSON) write(o *jsonOut) {
	c := &q.Content
	o.open("quotedMessage", '{')
	o.text("type", q.Type)
	o.open("content", '{')
	o.text("_id", c.ID)
	o.textIf("type", c.Type)
	o.textIf("role", c.Role)
	o.textIf("text", c.Text)
	writeFields(o, c.Fields)
	o.flagIf("blockChatInput", c.BlockChat)
	o.flagIf("submitted", c.Submitted)
	o.close('}')
	o.close('}')
}
