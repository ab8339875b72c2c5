package suncov1

// The shapes of wire_user.go in writing. A member that is added there is added
// here; a test compares both with encoding/json.

func (u *appUserJSON) write(o *jsonOut, name string) {
	o.open(name, '{')
	o.text("_id", u.ID)
	o.textIf("userId", u.UserID)
	o.textIf("givenName", u.GivenName)
	o.textIf("surname", u.Surname)
	o.textIf("email", u.Email)
	o.textIf("signedUpAt", u.SignedUpAt)
	o.key("properties")
	o.document(u.Properties)
	o.flag("conversationStarted", u.ConversationStarted)
	o.flag("credentialRequired", u.CredentialRequired)
	o.flag("hasPaymentInfo", u.HasPaymentInfo)
	o.open("clients", '[')
	for i := range u.Clients {
		u.Clients[i].write(o, "")
	}
	o.close(']')
	o.open("pendingClients", '[')
	for i := range u.PendingClients {
		u.PendingClients[i].write(o)
	}
	o.close(']')
	o.close('}')
}

func (u *appUserShortJSON) write(o *jsonOut, name string) {
	o.open(name, '{')
	o.text("_id", u.ID)
	o.textIf("userId", u.UserID)
	o.flag("conversationStarted", u.ConversationStarted)
	o.close('}')
}

func (c *clientJSON) write(o *jsonOut, name string) {
	o.open(name, '{')
	o.text("_id", c.ID)
	o.text("id", c.SameID)
	o.text("platform", c.Platform)
	o.textIf("integrationId", c.IntegrationID)
	o.textIf("externalId", c.ExternalID)
	o.text("status", c.Status)
	o.flag("active", c.Active)
	o.flag("blocked", c.Blocked)
	o.flag("primary", c.Primary)
	o.textIf("displayName", c.DisplayName)
	o.textIf("avatarUrl", c.AvatarURL)
	o.textIf("linkedAt", c.LinkedAt)
	o.textIf("lastSeen", c.LastSeen)
	o.textsIf("info", c.Info)
	o.textIf("windowExpiresAt", c.WindowEnds)
	o.close('}')
}

func (p *pendingJSON) write(o *jsonOut) {
	o.open("", '{')
	o.text("_id", p.ID)
	o.text("id", p.SameID)
	o.text("platform", p.Platform)
	o.text("integrationId", p.IntegrationID)
	o.text("externalId", p.ExternalID)
	o.textIf("displayName", p.DisplayName)
	o.text("status", p.Status)
	o.close('}')
}
