// Package declared has the types of integrations that this build knows by their
// settings alone. An integration of theirs is kept and shown, checked as the
// v1.1 API would; nothing goes out through it.
package declared

import (
	"encoding/json"

	"heliograph"
	"heliograph/channel"
)

// Types lists them by name.
func Types() []*channel.Type {
	return []*channel.Type{
		{Name: "android", Title: "Android apps", Settings: android{}, Check: androidKey},
		{Name: "apn", Title: "Push through Apple", Settings: apn{}},
		{Name: "apple", Title: "Apple Messages for Business", Settings: apple{}, AddressField: "userId"},
		{Name: "fcm", Title: "Push through Firebase", Settings: fcm{}, Check: fcmKey},
		{Name: "instagram", Title: "Instagram", Settings: instagram{}, AddressField: "userId"},
		{Name: "ios", Title: "iOS apps", Settings: ios{}},
		{Name: "line", Title: "LINE", Settings: line{}, AddressField: "userId"},
		{Name: "messenger", Title: "Facebook Messenger", Settings: messenger{}, AddressField: "userId"},
		{Name: "telegram", Title: "Telegram", Settings: telegram{}, AddressField: "chatId"},
		{Name: "twitter", Title: "Twitter", Settings: twitter{}, AddressField: "userId"},
		{Name: "viber", Title: "Viber", Settings: viber{}, AddressField: "userId"},
		{Name: "web", Title: "Web pages", Settings: web{}},
		{Name: "wechat", Title: "WeChat", Settings: wechat{}, AddressField: "userId"},
	}
}

// androidKey refuses half of a credential: an app without one gets no pushes.
func androidKey(given map[string]json.RawMessage) error {
	_, err := firebase(given)
	return err
}

// fcmKey wants a whole credential.
func fcmKey(given map[string]json.RawMessage) error {
	whole, err := firebase(given)
	if err == nil && !whole {
		err = heliograph.InvalidField("serverKey", "and senderId are required, or projectId, clientEmail and privateKey")
	}
	return err
}

// firebase reports whether one of Firebase's two kinds of credential is there.
// Half of one is an error.
func firebase(given map[string]json.RawMessage) (whole bool, err error) {
	for _, kind := range [][]string{{"serverKey", "senderId"}, {"projectId", "clientEmail", "privateKey"}} {
		have, lacks := 0, ""
		for _, name := range kind {
			if raw := string(given[name]); raw != "" && raw != `""` {
				have++
			} else {
				lacks = name
			}
		}
		if have > 0 && lacks != "" {
			return false, heliograph.InvalidField(lacks, "is required beside the other fields of the credential")
		}
		whole = whole || have > 0
	}
	return whole, nil
}
