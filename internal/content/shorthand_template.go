package content

import (
	"strconv"
	"strings"
)

// templateBlock is a WhatsApp template as it is written in a text.
type templateBlock struct {
	at                                  string
	namespace, name, language, fallback string

	parameters map[string][]any // of header and body
	buttons    []any
	next       int // the place of the next button that names none
}

// add takes one key of the block. Keys that repeat are parameters, in order.
func (b *templateBlock) add(key, value string) error {
	once := map[string]*string{"namespace": &b.namespace, "template": &b.name, "language": &b.language, "fallback": &b.fallback}
	if to := once[key]; to != nil {
		if *to != "" {
			return invalid(b.at, "text", "has a WhatsApp template with %s twice", key)
		}
		*to = strings.TrimSpace(value)
		return nil
	}
	part, kind, _ := strings.Cut(key, "_")
	if part == "button" {
		return b.button(key, kind, value)
	}
	p := parameterOf(kind, value)
	if p == nil || part != "header" && part != "body" || part == "body" && kind != "text" {
		return invalid(b.at, "text", "has a WhatsApp template with the key %.64q, which means nothing", key)
	}
	b.parameters[part] = append(b.parameters[part], p)
	return nil
}

func parameterOf(kind, value string) map[string]any {
	switch kind {
	case "text":
		return map[string]any{"type": "text", "text": value}
	case "image", "video", "document":
		return map[string]any{"type": kind, kind: map[string]any{"link": value}}
	}
	return nil
}

// button adds a button's parameter: button_url, button_payload (of a quick reply)
// or button_code, each for the next button, or for the one that a number after it
// names: button_url_1.
func (b *templateBlock) button(key, kind, value string) error {
	kind, place, placed := strings.Cut(kind, "_")
	at := b.next
	if placed {
		n, err := strconv.Atoi(place)
		if err != nil {
			return invalid(b.at, "text", "has a WhatsApp template with the key %.64q, which means nothing", key)
		}
		at = n
	}
	button := map[string]any{"type": "button", "index": strconv.Itoa(at)}
	switch kind {
	case "url":
		button["sub_type"], button["parameters"] = "url", []any{map[string]any{"type": "text", "text": value}}
	case "payload":
		button["sub_type"], button["parameters"] = "quick_reply", []any{map[string]any{"type": "payload", "payload": value}}
	case "code":
		button["sub_type"], button["parameters"] = "copy_code", []any{map[string]any{"type": "coupon_code", "coupon_code": value}}
	default:
		return invalid(b.at, "text", "has a WhatsApp template with the key %.64q, which means nothing", key)
	}
	b.buttons = append(b.buttons, button)
	b.next = at + 1
	return nil
}

// message is the block as a native message.
func (b *templateBlock) message() map[string]any {
	var components []any
	for _, part := range []string{"header", "body"} {
		if p := b.parameters[part]; len(p) > 0 {
			components = append(components, map[string]any{"type": part, "parameters": p})
		}
	}
	template := map[string]any{"name": b.name, "language": map[string]any{"policy": "deterministic", "code": b.language}}
	if b.namespace != "" {
		template["namespace"] = b.namespace
	}
	if components = append(components, b.buttons...); len(components) > 0 {
		template["components"] = components
	}
	return map[string]any{"type": "template", "template": template}
}
