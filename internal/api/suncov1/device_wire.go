package suncov1

import (
	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/device"
)

// clientChangeRequest is what to change of a device. null and "" remove.
type clientChangeRequest struct {
	PushToken   sunco.Nullable[string] `json:"pushNotificationToken" doc:"Where the device takes pushes: of ios APNs' device token, of android Firebase's registration token."`
	AppVersion  sunco.Nullable[string] `json:"appVersion" doc:"At most 128 characters."`
	DisplayName sunco.Nullable[string] `json:"displayName" doc:"At most 128 characters."`
	AvatarURL   sunco.Nullable[string] `json:"avatarUrl"`
	Info        map[string]string      `json:"info" doc:"What is known of the device; at most 20 texts of 1,024 characters. Replaces what was there."`
}

func (r *clientChangeRequest) change() device.Change {
	return device.Change{
		PushToken: r.PushToken.Change(), AppVersion: r.AppVersion.Change(), DisplayName: r.DisplayName.Change(), AvatarURL: r.AvatarURL.Change(), Info: r.Info,
	}
}

// newClientRequest is a device that becomes a client.
type newClientRequest struct {
	Platform      string `json:"platform" required:"true" doc:"web, ios or android."`
	IntegrationID string `json:"integrationId,omitempty" doc:"Unless told the app's oldest of the platform."`
	DeviceID      string `json:"deviceId" required:"true" doc:"An id that the device made for itself: 24 to 64 characters of A-Z a-z 0-9 _ -"`
	clientChangeRequest
}

type clientAnswer struct {
	Client clientJSON `json:"client"`
}

// legacyDevice is a device in the words of v1.
type legacyDevice struct {
	ID         string                 `json:"id" required:"true" doc:"An id that the device made for itself: 24 to 64 characters of A-Z a-z 0-9 _ -"`
	Platform   string                 `json:"platform" required:"true" doc:"web, ios or android."`
	PushToken  sunco.Nullable[string] `json:"pushNotificationToken"`
	AppVersion sunco.Nullable[string] `json:"appVersion"`
	Info       map[string]string      `json:"info"`
}

type legacyInitRequest struct {
	Device legacyDevice `json:"device" required:"true"`
	UserID string       `json:"userId,omitempty" doc:"The caller's own id of the user."`
}

type legacyInitAnswer struct {
	App     appJSON     `json:"app"`
	AppUser appUserJSON `json:"appUser"`
}

type legacyDeviceRequest struct {
	PushToken  sunco.Nullable[string] `json:"pushNotificationToken"`
	AppVersion sunco.Nullable[string] `json:"appVersion"`
	Info       map[string]string      `json:"info"`
}

type legacyDeviceAnswer struct {
	Device legacyDeviceJSON `json:"device"`
}

// legacyDeviceJSON is a device in the words of v1.
type legacyDeviceJSON struct {
	ID         string            `json:"id"`
	Platform   string            `json:"platform"`
	PushToken  string            `json:"pushNotificationToken,omitempty"`
	AppVersion string            `json:"appVersion,omitempty"`
	Info       map[string]string `json:"info,omitempty"`
	LastSeen   string            `json:"lastSeen,omitempty" doc:"ISO 8601."`
	Active     bool              `json:"active"`
}

func wireLegacyDevice(c *heliograph.Client) legacyDeviceJSON {
	w := sunco.ClientOf(c)
	return legacyDeviceJSON{ID: w.DeviceID, Platform: w.Platform, PushToken: w.PushToken, AppVersion: w.AppVersion, Info: w.Info, LastSeen: w.LastSeen, Active: w.Active}
}
