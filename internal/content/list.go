package content

import (
	"strconv"

	"github.com/go-faster/jx"

	"heliograph"
)

// list reads a list of JSON objects, of at most limit entries; null is the same
// as leaving it out. each reads one key of entry i, and at names that entry.
func (p parser) list(d *jx.Decoder, key string, limit int, each func(d *jx.Decoder, at parser, i int, key string) error) error {
	switch d.Next() {
	case jx.Null:
		return d.Null()
	case jx.Array:
	default:
		return p.wrong(d, key, "must be a list")
	}
	n := 0
	return d.Arr(func(d *jx.Decoder) error {
		if n == limit {
			return tooMany(p.at, key, limit)
		}
		at := parser{at: entry(p.at, key, n)}
		n++
		if d.Next() != jx.Object {
			return at.wrong(d, "", "must be a JSON object")
		}
		empty := true
		err := d.ObjBytes(func(d *jx.Decoder, k []byte) error {
			empty = false
			return each(d, at, n-1, string(k))
		})
		if err == nil && empty {
			return each(nil, at, n-1, "") // so that the entry counts
		}
		return err
	})
}

func tooMany(at, key string, limit int) error {
	return invalid(at, key, "has more than %d entries", limit)
}

// entry names one entry of a list.
func entry(at, key string, i int) string { return join(at, key+"["+strconv.Itoa(i)+"]") }

// grown returns list with an entry i.
func grown[T any](list []T, i int) []T {
	for len(list) <= i {
		var zero T
		list = append(list, zero)
	}
	return list
}

func (p parser) items(d *jx.Decoder) (out []heliograph.Item, err error) {
	err = p.list(d, "items", heliograph.MaxItems, func(d *jx.Decoder, at parser, i int, key string) error {
		out = grown(out, i)
		return at.item(d, &out[i], key)
	})
	return out, err
}

func (p parser) item(d *jx.Decoder, it *heliograph.Item, key string) (err error) {
	switch key {
	case "title":
		it.Title, err = p.str(d, key)
	case "description":
		it.Description, err = p.str(d, key)
	case "mediaUrl":
		it.MediaURL, err = p.str(d, key)
	case "mediaType":
		it.MediaType, err = p.str(d, key)
	case "altText":
		it.AltText, err = p.str(d, key)
	case "size":
		it.Size, err = p.str(d, key)
	case "metadata":
		it.Metadata, err = p.metadata(d, key)
	case "actions":
		it.Actions, err = p.actions(d)
	default:
		err = skip(d)
	}
	return err
}

func skip(d *jx.Decoder) error {
	if d == nil {
		return nil
	}
	return d.Skip()
}

func checkItems(at string, items []heliograph.Item) error {
	if len(items) == 0 || len(items) > heliograph.MaxItems {
		return invalid(at, "items", "must have 1 to %d entries", heliograph.MaxItems)
	}
	open := 0
	for i := range items {
		it := &items[i]
		if err := checkItem(entry(at, "items", i), it); err != nil {
			return err
		}
		for _, a := range it.Actions {
			if a.Open {
				open++
			}
		}
	}
	if open > 1 {
		return invalid(at, "items", "must have at most one openOnReceive")
	}
	return nil
}

func checkItem(at string, it *heliograph.Item) error {
	if n := len(it.Actions); n == 0 || n > heliograph.MaxItemActions {
		return invalid(at, "actions", "must have 1 to %d entries", heliograph.MaxItemActions)
	}
	for i := range it.Actions {
		a := &it.Actions[i]
		switch a.Type {
		case "share":
			*a = heliograph.Action{ID: a.ID, Type: a.Type}
			continue
		case "reply", "locationRequest":
			return invalid(entry(at, "actions", i), "type", "must be one of link, postback, webview, buy, share in an item")
		}
		if err := checkAction(entry(at, "actions", i), a); err != nil {
			return err
		}
	}
	return first(
		need(at, "title", it.Title), tooLong(at, "title", it.Title, heliograph.MaxNameRunes),
		tooLong(at, "description", it.Description, heliograph.MaxNameRunes),
		checkURL(at, "mediaUrl", it.MediaURL), tooLong(at, "mediaType", it.MediaType, heliograph.MaxNameRunes),
		tooLong(at, "altText", it.AltText, heliograph.MaxAltRunes), oneOf(at, "size", it.Size, "", "compact", "large"),
	)
}
