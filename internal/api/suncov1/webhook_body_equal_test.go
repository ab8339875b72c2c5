package suncov1

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"heliograph"
	"heliograph/internal/webhook"
)

// everyEvent is what there is to tell, and what there is not.
var everyEvent = []heliograph.EventType{
	heliograph.EventChannel, heliograph.EventUser, heliograph.EventFailure, heliograph.EventMessageCustomer, heliograph.EventMessageBusiness,
	heliograph.EventConversation, heliograph.EventRead, heliograph.EventTyping, heliograph.EventPostback, heliograph.EventMerge,
	heliograph.EventUserDelete, heliograph.EventClientAdd, heliograph.EventClientRemove, heliograph.EventLinkMatch,
	heliograph.EventLinkSuccess, heliograph.EventLinkFailure, heliograph.EventConsent, heliograph.EventWebhookDisabled,
	heliograph.EventWebhookDead, heliograph.EventAttempt,
}

// TestBodiesAreWrittenAsEncodingJSONWould compares bodies of any content, byte
// for byte, with what encoding/json makes of the same shapes.
func TestBodiesAreWrittenAsEncodingJSONWould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var h heliograph.Webhook
		var e heliograph.Event
		var c webhook.Context
		h.IncludeClient, h.IncludeFullUser = rapid.Bool().Draw(t, "client"), rapid.Bool().Draw(t, "full user")
		draw(t, reflect.ValueOf(&e).Elem())
		draw(t, reflect.ValueOf(&c).Elem())
		e.Type = rapid.SampledFrom(everyEvent).Draw(t, "event")
		e.Data.Kind = rapid.SampledFrom([]heliograph.DeliveryKind{heliograph.NotificationDelivery, heliograph.MessageDelivery}).Draw(t, "kind")
		if c.Message != nil && rapid.Bool().Draw(t, "a known action") && len(c.Message.Actions) > 0 {
			e.Data.ActionID = c.Message.Actions[0].ID
		}
		want, wrong := referenceBody([]byte("x"), &h, &e, &c)
		got, err := WebhookBodies{}.Body([]byte("x"), &h, &e, &c)
		if (wrong == nil) != (err == nil) {
			t.Fatalf("%v, and with encoding/json %v", err, wrong)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// TestShapesAreWrittenAsEncodingJSONWould fills every member of the shapes, so
// that one which is added to a shape only is missed here.
func TestShapesAreWrittenAsEncodingJSONWould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var m messageJSON
		var u appUserJSON
		var s appUserShortJSON
		var c clientJSON
		for shape, write := range map[any]func(*jsonOut){
			&m: func(o *jsonOut) { m.Write(o, "") },
			&u: func(o *jsonOut) { u.Write(o, "") },
			&s: func(o *jsonOut) { s.Write(o, "") },
			&c: func(o *jsonOut) { c.Write(o, "") },
		} {
			draw(t, reflect.ValueOf(shape).Elem())
			// Nil lists of these are never written: wireUser makes them.
			u.Clients, u.PendingClients = append([]clientJSON{}, u.Clients...), append([]pendingJSON{}, u.PendingClients...)
			var want bytes.Buffer
			enc := json.NewEncoder(&want)
			enc.SetEscapeHTML(false)
			o := jsonOut{B: []byte("[")}
			write(&o)
			if err := enc.Encode(shape); (err == nil) != (o.Err == nil) || err == nil && string(o.B) != "["+string(bytes.TrimSpace(want.Bytes())) {
				t.Fatalf("got  %s (%v)\nwant %s (%v)", o.B, o.Err, &want, err)
			}
		}
	})
}

// awkward are texts that JSON writes in ways of their own.
var awkward = []string{
	"", "", "plain", "cust-42", "+15550100100", "123", "-7", "+5", "007", "9999999999999999999999", "1 < 2 && 3 > 2", `"quoted" \ and /`, "line\nfeed\ttab\r\b\f\x00\x1f\x7f",
	"\u2028 and \u2029", "Grüße 🎉 снова", "\xff broken \xe2\x80", "\ufffd", "\u00a8\u2027\u202a", heliograph.ReasonBlocked, heliograph.ReasonOptedOut, heliograph.ReasonNotFound,
}

var numbers = []float64{0, math.Copysign(0, -1), 1, -1.5, 1e-6, 9.9e-7, 1e21, 9.99e20, 1e-7, 1e300, 0.1, 1700000000.123, math.MaxInt64, math.NaN(), math.Inf(1)}

// draw sets v to anything that its type can hold.
func draw(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				draw(t, v.Field(i))
			}
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem())
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, "length")
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			item := v.Index(i)
			if item.Kind() == reflect.Pointer { // none is nil
				item.Set(reflect.New(item.Type().Elem()))
				item = item.Elem()
			}
			draw(t, item)
		}
		if n == 0 && rapid.Bool().Draw(t, "nil") {
			v.SetZero()
		}
	case reflect.Array:
		if rapid.Bool().Draw(t, "zero") {
			return
		}
		for i := range v.Len() {
			draw(t, v.Index(i))
		}
	case reflect.Map:
		if rapid.Bool().Draw(t, "map") {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			draw(t, key)
			draw(t, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Interface:
		if x := document(t, 2); x != nil {
			v.Set(reflect.ValueOf(x))
		}
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.SampledFrom(awkward), rapid.String()).Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.SampledFrom(numbers[:len(numbers)-2]), rapid.Float64Range(-1e25, 1e25)).Draw(t, "number"))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Byte().Draw(t, "byte")))
	default:
		v.SetInt(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-1e15, 1e15)).Draw(t, "whole number") % (1 << (v.Type().Bits() - 1)))
	}
}

// document is what decoded JSON may hold, and a little that it may not.
func document(t *rapid.T, depth int) any {
	switch rapid.IntRange(0, 4+2*depth).Draw(t, "what") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "flag")
	case 2:
		return rapid.SampledFrom(numbers).Draw(t, "number")
	case 3, 4:
		return rapid.SampledFrom(awkward).Draw(t, "text")
	case 5, 6:
		var list []any
		for range rapid.IntRange(0, 2).Draw(t, "length") {
			list = append(list, document(t, depth-1))
		}
		return list
	}
	m := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "length") {
		m[rapid.SampledFrom(awkward).Draw(t, "key")] = document(t, depth-1)
	}
	return m
}
