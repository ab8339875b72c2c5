package push

import (
	"encoding/json"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
)

// Kind returns what the types of channel that run our SDK have in common.
func Kind(name, title, base string) channel.Type {
	return channel.Type{
		Name: name, Title: title, BaseURL: base,
		AddressField:    "deviceId",
		Normalise:       DeviceID,
		Receipts:        true, // a device tells
		ReceiptDeadline: 72 * time.Hour,
		Surrounded:      true,
		Notifiable:      true,
		KnownOnly:       true,
		Repeatable:      true,
		Timeout:         10 * time.Second,
	}
}

// maxDeviceID is in bytes.
const maxDeviceID = 128

// DeviceID is channel.Type.Normalise for devices: an id that the device made.
func DeviceID(s string) (string, bool) {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:"
	return s, s != "" && len(s) <= maxDeviceID && strings.Trim(s, allowed) == ""
}

// Read reads settings into the channel's own form.
func Read(settings []byte, into any) error {
	if json.Unmarshal(settings, into) != nil {
		return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	return nil
}

// Checked makes channel.Type.Check of a function that reads settings.
func Checked(read func(settings []byte) error) func(map[string]json.RawMessage) error {
	return func(settings map[string]json.RawMessage) error {
		b, err := json.Marshal(settings)
		if err != nil {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not JSON")
		}
		return read(b)
	}
}
