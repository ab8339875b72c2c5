package content

import (
	"github.com/go-faster/jx"

	"heliograph"
)

// maxVenueRunes bounds what a place is called.
const maxVenueRunes = 1024

// within reads an object key by key; null is the same as leaving it out.
func (p parser) within(d *jx.Decoder, key string, read func(d *jx.Decoder, at parser, key string) error) (there bool, err error) {
	switch d.Next() {
	case jx.Null:
		return false, d.Null()
	case jx.Object:
	default:
		return false, p.wrong(d, key, "must be a JSON object")
	}
	at := parser{at: join(p.at, key)}
	return true, d.ObjBytes(func(d *jx.Decoder, k []byte) error { return read(d, at, string(k)) })
}

func (p parser) coordinates(d *jx.Decoder) (*heliograph.Coordinates, error) {
	var out heliograph.Coordinates
	var lat, long bool
	there, err := p.within(d, "coordinates", func(d *jx.Decoder, at parser, key string) (err error) {
		switch key {
		case "lat":
			out.Lat, err = at.degrees(d, key, 90)
			lat = true
		case "long":
			out.Long, err = at.degrees(d, key, 180)
			long = true
		default:
			err = d.Skip()
		}
		return err
	})
	switch {
	case err != nil || !there:
		return nil, err
	case !lat:
		return nil, invalid(join(p.at, "coordinates"), "lat", "is required")
	case !long:
		return nil, invalid(join(p.at, "coordinates"), "long", "is required")
	}
	return &out, nil
}

func (p parser) degrees(d *jx.Decoder, key string, most float64) (float64, error) {
	if d.Next() != jx.Number {
		return 0, p.wrong(d, key, "must be a number of degrees")
	}
	n, err := d.Num()
	if err != nil {
		return 0, err
	}
	f, err := n.Float64()
	if err != nil || f < -most || f > most {
		return 0, invalid(p.at, key, "must be -%v to %v degrees", most, most)
	}
	return f, nil
}

func (p parser) venue(d *jx.Decoder) (*heliograph.Venue, error) {
	var out heliograph.Venue
	there, err := p.within(d, "location", func(d *jx.Decoder, at parser, key string) (err error) {
		switch key {
		case "name":
			out.Name, err = at.str(d, key)
		case "address":
			out.Address, err = at.str(d, key)
		default:
			err = d.Skip()
		}
		return err
	})
	if err != nil || !there {
		return nil, err
	}
	return &out, nil
}

func checkPlace(at string, c *heliograph.Content) error {
	if c.Coordinates == nil {
		return invalid(at, "coordinates", "is required")
	}
	if lat, long := c.Coordinates.Lat, c.Coordinates.Long; !(lat >= -90 && lat <= 90 && long >= -180 && long <= 180) {
		return invalid(at, "coordinates", "must be degrees")
	}
	if c.Venue == nil {
		return nil
	}
	here := join(at, "location")
	return first(tooLong(here, "name", c.Venue.Name, maxVenueRunes), tooLong(here, "address", c.Venue.Address, maxVenueRunes))
}

// display reads displaySettings into c.
func (p parser) display(d *jx.Decoder, c *heliograph.Content) error {
	_, err := p.within(d, "displaySettings", func(d *jx.Decoder, at parser, key string) (err error) {
		if key != "imageAspectRatio" {
			return d.Skip()
		}
		c.ImageRatio, err = at.str(d, key)
		return err
	})
	return err
}

// quoted reads the message that this one answers: {"content": {"_id": …}}.
func (p parser) quoted(d *jx.Decoder, c *heliograph.Content) error {
	_, err := p.within(d, "quotedMessage", func(d *jx.Decoder, at parser, key string) error {
		if key != "content" {
			return d.Skip()
		}
		_, err := at.within(d, key, func(d *jx.Decoder, at parser, key string) error {
			if key != "_id" {
				return d.Skip()
			}
			return at.quotedID(d, c, key)
		})
		return err
	})
	return err
}

func (p parser) quotedID(d *jx.Decoder, c *heliograph.Content, key string) error {
	s, err := p.str(d, key)
	if err == nil && c.Quoted.UnmarshalText([]byte(s)) != nil {
		err = invalid(p.at, key, "must be an id of 24 hex digits")
	}
	return err
}
