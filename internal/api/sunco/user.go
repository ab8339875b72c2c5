package sunco

import "heliograph"

// AppUser is a user on the wire, with everything that is known.
type AppUser struct {
	ID                  string         `json:"_id"`
	UserID              string         `json:"userId,omitempty" doc:"The caller's own id. Absent for users who were never given one."`
	GivenName           string         `json:"givenName,omitempty"`
	Surname             string         `json:"surname,omitempty"`
	Email               string         `json:"email,omitempty" doc:"For the record only: it does not make the user reachable by e-mail."`
	SignedUpAt          string         `json:"signedUpAt,omitempty" doc:"ISO 8601."`
	Properties          map[string]any `json:"properties"`
	ConversationStarted bool           `json:"conversationStarted"`
	CredentialRequired  bool           `json:"credentialRequired"`
	HasPaymentInfo      bool           `json:"hasPaymentInfo" doc:"Always false."`
	Clients             []Client       `json:"clients"`
	PendingClients      []Pending      `json:"pendingClients" doc:"Links under way."`
}

// AppUserShort is a user as webhooks name one.
type AppUserShort struct {
	ID                  string `json:"_id"`
	UserID              string `json:"userId,omitempty"`
	ConversationStarted bool   `json:"conversationStarted"`
}

// Client is a client on the wire. active and blocked are what older callers
// read of status.
type Client struct {
	ID            string            `json:"_id"`
	SameID        string            `json:"id" doc:"The same as _id."`
	Platform      string            `json:"platform" doc:"The channel."`
	IntegrationID string            `json:"integrationId,omitempty"`
	ExternalID    string            `json:"externalId,omitempty" doc:"The channel's address of the person. Absent for web, ios and android: see deviceId."`
	Status        string            `json:"status" doc:"active, pending, inactive or blocked (the person opted out on it)."`
	Active        bool              `json:"active" doc:"Deprecated: see status."`
	Blocked       bool              `json:"blocked" doc:"Deprecated: see status."`
	Primary       bool              `json:"primary" doc:"The client that messages prefer."`
	DisplayName   string            `json:"displayName,omitempty"`
	AvatarURL     string            `json:"avatarUrl,omitempty"`
	LinkedAt      string            `json:"linkedAt,omitempty" doc:"ISO 8601."`
	LastSeen      string            `json:"lastSeen,omitempty" doc:"When the person last wrote, or was linked when they never did, ISO 8601."`
	Info          map[string]string `json:"info,omitempty"`
	PushToken     string            `json:"pushNotificationToken,omitempty" doc:"Of ios and android: where the device takes pushes."`
	DeviceID      string            `json:"deviceId,omitempty" doc:"Of web, ios and android: the id that the device made for itself."`
	AppVersion    string            `json:"appVersion,omitempty" doc:"Of web, ios and android."`
	WindowEnds    string            `json:"windowExpiresAt,omitempty" doc:"Until when anything but a template may be sent to it, ISO 8601. Absent when its channel has no such window, or the window is closed. Ours."`
}

// Pending is a link under way.
type Pending struct {
	ID            string `json:"_id"`
	SameID        string `json:"id" doc:"The same as _id."`
	Platform      string `json:"platform"`
	IntegrationID string `json:"integrationId"`
	ExternalID    string `json:"externalId"`
	DisplayName   string `json:"displayName,omitempty"`
	Status        string `json:"status" doc:"pending"`
}

// AppUserOf is u, with its clients, on the wire.
func AppUserOf(u *heliograph.User) AppUser {
	out := AppUser{
		ID: u.ID.String(), UserID: u.ExternalID, GivenName: u.Profile.GivenName, Surname: u.Profile.Surname, Email: u.Profile.Email,
		SignedUpAt: ISO(u.Profile.SignedUpAt), Properties: u.Profile.Properties,
		ConversationStarted: u.ConversationStarted(), CredentialRequired: u.CredentialRequired,
		Clients: []Client{}, PendingClients: []Pending{},
	}
	if out.Properties == nil {
		out.Properties = map[string]any{}
	}
	for i := range u.Clients {
		if c := &u.Clients[i]; c.Status == heliograph.ClientPending {
			out.PendingClients = append(out.PendingClients, Pending{
				ID: c.ID.String(), SameID: c.ID.String(), Platform: c.Platform, IntegrationID: c.Integration.String(),
				ExternalID: c.Address, DisplayName: c.Details.DisplayName, Status: string(c.Status),
			})
		} else {
			out.Clients = append(out.Clients, ClientOf(c))
		}
	}
	return out
}

// AppUserShortOf is u as webhooks name it.
func AppUserShortOf(u *heliograph.User) AppUserShort {
	return AppUserShort{u.ID.String(), u.ExternalID, u.ConversationStarted()}
}

// ClientOf is c on the wire.
func ClientOf(c *heliograph.Client) Client {
	out := Client{
		ID: c.ID.String(), SameID: c.ID.String(), Platform: c.Platform, IntegrationID: c.Integration.String(), ExternalID: c.Address,
		Status: string(c.Status), Active: c.Status == heliograph.ClientActive, Blocked: c.Status == heliograph.ClientBlocked,
		Primary: c.Primary, DisplayName: c.Details.DisplayName, AvatarURL: c.Details.AvatarURL,
		LinkedAt: ISO(c.LinkedAt), LastSeen: ISO(lastSeen(c)), Info: c.Details.Info, WindowEnds: ISO(c.WindowEnds),
	}
	if !heliograph.SDKPlatform(c.Platform) {
		return out
	}
	out.ExternalID, out.DeviceID = "", c.Address
	if d := c.Details.Device; d != nil {
		out.AppVersion = d.AppVersion
		if d.Push != nil && c.Platform != heliograph.PlatformWeb {
			out.PushToken = d.Push.Token
		}
	}
	return out
}

// lastSeen is when a person was last seen on c. Those who were linked and never
// wrote have it too: callers read it from every linked client, as the vendor
// gives it. It opens no window: that is what windowExpiresAt tells.
func lastSeen(c *heliograph.Client) heliograph.Millis {
	if c.LastSeen == 0 {
		return c.LinkedAt
	}
	return c.LastSeen
}

// ISO is m on the wire; "" when it is not known.
func ISO(m heliograph.Millis) string {
	if m == 0 {
		return ""
	}
	return m.ISO()
}
