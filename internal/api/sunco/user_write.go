package sunco

// The shapes of user.go in writing. A member that is added there is added
// here; a test compares both with encoding/json.

func (u *AppUser) Write(o *Writer, name string) {
	o.Open(name, '{')
	o.Text("_id", u.ID)
	o.TextIf("userId", u.UserID)
	o.TextIf("givenName", u.GivenName)
	o.TextIf("surname", u.Surname)
	o.TextIf("email", u.Email)
	o.TextIf("signedUpAt", u.SignedUpAt)
	o.Key("properties")
	o.Document(u.Properties)
	o.Flag("conversationStarted", u.ConversationStarted)
	o.Flag("credentialRequired", u.CredentialRequired)
	o.Flag("hasPaymentInfo", u.HasPaymentInfo)
	o.Open("clients", '[')
	for i := range u.Clients {
		u.Clients[i].Write(o, "")
	}
	o.Close(']')
	o.Open("pendingClients", '[')
	for i := range u.PendingClients {
		u.PendingClients[i].Write(o)
	}
	o.Close(']')
	o.Close('}')
}

func (u *AppUserShort) Write(o *Writer, name string) {
	o.Open(name, '{')
	o.Text("_id", u.ID)
	o.TextIf("userId", u.UserID)
	o.Flag("conversationStarted", u.ConversationStarted)
	o.Close('}')
}

func (c *Client) Write(o *Writer, name string) {
	o.Open(name, '{')
	o.Text("_id", c.ID)
	o.Text("id", c.SameID)
	o.Text("platform", c.Platform)
	o.TextIf("integrationId", c.IntegrationID)
	o.TextIf("externalId", c.ExternalID)
	o.Text("status", c.Status)
	o.Flag("active", c.Active)
	o.Flag("blocked", c.Blocked)
	o.Flag("primary", c.Primary)
	o.TextIf("displayName", c.DisplayName)
	o.TextIf("avatarUrl", c.AvatarURL)
	o.TextIf("linkedAt", c.LinkedAt)
	o.TextIf("lastSeen", c.LastSeen)
	o.TextsIf("info", c.Info)
	o.TextIf("pushNotificationToken", c.PushToken)
	o.TextIf("deviceId", c.DeviceID)
	o.TextIf("appVersion", c.AppVersion)
	o.TextIf("windowExpiresAt", c.WindowEnds)
	o.Close('}')
}

func (p *Pending) Write(o *Writer) {
	o.Open("", '{')
	o.Text("_id", p.ID)
	o.Text("id", p.SameID)
	o.Text("platform", p.Platform)
	o.Text("integrationId", p.IntegrationID)
	o.Text("externalId", p.ExternalID)
	o.TextIf("displayName", p.DisplayName)
	o.Text("status", p.Status)
	o.Close('}')
}
