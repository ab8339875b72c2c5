// Package declared has the types of integrations that this build knows by their
// settings alone. An integration of theirs is kept and shown, checked as the
// v1.1 API would; nothing goes out through it. Those of apn and fcm are the
// credentials of an app's ios and android integrations that have none.
package declared

import (
	"encoding/json"

	"heliograph"
	"heliograph/channel"
)

// Types lists them by name.
func Types() []*channel.Type {
	return []*channel.Type{
		{Name: "apn", Title: "Push through Apple", Settings: apn{}, Check: apnKey},
		{Name: "apple", Title: "Apple Messages for Business", Settings: apple{}, AddressField: "userId"},
		{Name: "fcm", Title: "Push through Firebase", Settings: fcm{}, Check: fcmKey},
		{Name: "instagram", Title: "Instagram", Settings: instagram{}, AddressField: "userId"},
		{Name: "line", Title: "LINE", Settings: line{}, AddressField: "userId"},
		{Name: "messenger", Title: "Facebook Messenger", Settings: messenger{}, AddressField: "userId"},
		{Name: "telegram", Title: "Telegram", Settings: telegram{}, AddressField: "chatId"},
		{Name: "twitter", Title: "Twitter", Settings: twitter{}, AddressField: "userId"},
		{Name: "viber", Title: "Viber", Settings: viber{}, AddressField: "userId"},
		{Name: "wechat", Title: "WeChat", Settings: wechat{}, AddressField: "userId"},
	}
}

// apnKey wants a certificate, or a whole key. Only a key can be used.
func apnKey(given map[string]json.RawMessage) error {
	whole, err := credential(given, []string{"keyId", "teamId", "privateKey"}, []string{"certificate"})
	if err == nil && !whole {
		err = heliograph.InvalidField("certificate", "is required, or keyId, teamId and privateKey")
	}
	return err
}

// fcmKey wants a whole credential.
func fcmKey(given map[string]json.RawMessage) error {
	whole, err := credential(given, []string{"serverKey", "senderId"}, []string{"projectId", "clientEmail", "privateKey"})
	if err == nil && !whole {
		err = heliograph.InvalidField("serverKey", "and senderId are required, or projectId, clientEmail and privateKey")
	}
	return err
}

// credential reports whether one of several kinds of credential is there, each
// given by the names of its fields. Half of one is an error.
func credential(given map[string]json.RawMessage, kinds ...[]string) (whole bool, err error) {
	for _, kind := range kinds {
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
