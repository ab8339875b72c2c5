package content

import (
	"strings"

	"github.com/go-faster/jx"

	"heliograph"
)

func (p parser) actions(d *jx.Decoder) (out []heliograph.Action, err error) {
	err = p.list(d, "actions", MaxActions, func(d *jx.Decoder, at parser, i int, key string) error {
		out = grown(out, i)
		return at.action(d, &out[i], key)
	})
	return out, err
}

func (p parser) action(d *jx.Decoder, a *heliograph.Action, key string) (err error) {
	switch key {
	case "type":
		a.Type, err = p.str(d, key)
	case "text":
		a.Text, err = p.str(d, key)
	case "uri":
		a.URI, err = p.str(d, key)
	case "payload":
		a.Payload, err = p.str(d, key)
	case "iconUrl":
		a.IconURL, err = p.str(d, key)
	case "fallback":
		a.Fallback, err = p.str(d, key)
	case "size":
		a.Size, err = p.str(d, key)
	case "openOnReceive":
		a.Open, err = p.boolean(d, key)
	case "default":
		a.Default, err = p.boolean(d, key)
	case "amount":
		a.Amount, err = p.integer(d, key)
	case "currency":
		a.Currency, err = p.str(d, key)
	case "metadata":
		a.Metadata, err = p.metadata(d, key)
	case "extraChannelOptions":
		a.Extra, err = p.object(d, key)
	default:
		err = skip(d)
	}
	return err
}

// checkActions checks each action, and that quick replies stand alone: reply
// and locationRequest may not be mixed with other types.
func checkActions(at string, actions []heliograph.Action) error {
	if len(actions) > MaxActions {
		return tooMany(at, "actions", MaxActions)
	}
	quick, open := 0, 0
	for i := range actions {
		a := &actions[i]
		if err := checkAction(entry(at, "actions", i), a); err != nil {
			return err
		}
		if a.Type == "reply" || a.Type == "locationRequest" {
			quick++
		}
		if a.Open {
			open++
		}
	}
	if quick > 0 && quick < len(actions) {
		return invalid(at, "actions", "must not mix reply or locationRequest with other types")
	}
	if open > 1 {
		return invalid(at, "actions", "must have at most one openOnReceive")
	}
	return nil
}

// checkAction checks one action, and drops the fields its type does not have.
func checkAction(at string, a *heliograph.Action) error {
	if err := first(tooLong(at, "text", a.Text, heliograph.MaxTextRunes), tooLong(at, "payload", a.Payload, heliograph.MaxTextRunes)); err != nil {
		return err
	}
	kept := heliograph.Action{ID: a.ID, Type: a.Type, Text: a.Text}
	var err error
	switch a.Type {
	case "link":
		kept.URI, kept.Default, kept.Extra = a.URI, a.Default, a.Extra
		err = needURI(at, "uri", a.URI)
	case "postback":
		kept.Payload, kept.Metadata = a.Payload, a.Metadata
		err = need(at, "payload", a.Payload)
	case "reply":
		kept.Payload, kept.IconURL, kept.Metadata = a.Payload, a.IconURL, a.Metadata
		err = first(need(at, "payload", a.Payload), checkURL(at, "iconUrl", a.IconURL))
	case "locationRequest":
	case "webview":
		kept.URI, kept.Fallback, kept.Size, kept.Open, kept.Default = a.URI, a.Fallback, a.Size, a.Open, a.Default
		err = first(needURI(at, "uri", a.URI), needURI(at, "fallback", a.Fallback), oneOf(at, "size", a.Size, "", "compact", "tall", "full"))
	case "buy":
		kept.Amount, kept.Currency, kept.State = a.Amount, a.Currency, "offered"
		if kept.Currency == "" {
			kept.Currency = "usd"
		}
		if a.Amount <= 0 {
			err = invalid(at, "amount", "must be a positive whole number of minor units")
		} else if len(kept.Currency) != 3 {
			err = invalid(at, "currency", "must be a currency code of three letters")
		}
	case "":
		return invalid(at, "type", "is required")
	case "share":
		return invalid(at, "type", "share is for the items of a carousel or list only")
	default:
		return invalid(at, "type", "must be one of link, postback, reply, locationRequest, webview, buy")
	}
	*a = kept
	return first(need(at, "text", a.Text), err)
}

// needURI checks the target of a link: any scheme but those that run code.
func needURI(at, name, uri string) error {
	if err := need(at, name, uri); err != nil {
		return err
	}
	scheme, _, ok := strings.Cut(uri, ":")
	scheme = strings.ToLower(strings.TrimSpace(scheme))
	switch scheme {
	case "javascript", "vbscript", "data":
		ok = false
	}
	// Browsers leave out line breaks and tabs: "java\nscript" would run code.
	ok = ok && scheme != "" && strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
	if !ok || len(uri) > heliograph.MaxURLBytes {
		return invalid(at, name, "must be a link with a scheme such as https, of at most %d bytes", heliograph.MaxURLBytes)
	}
	return nil
}

func join(at, name string) string {
	if at == "" {
		return name
	}
	return at + "." + name
}
