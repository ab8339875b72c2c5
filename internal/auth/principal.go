package auth

import "heliograph"

// Principal is who a request comes from.
type Principal struct {
	Scope heliograph.KeyScope
	Org   heliograph.OrgID
	App   heliograph.AppID // zero for ScopeAccount
	// Service is the service account that a ScopeAccount credential belongs to;
	// zero: it is the organization's own, and reaches every app.
	Service heliograph.ServiceID
	Key     heliograph.KeyID
	// UserExternalID is the user that a ScopeAppUser token speaks for.
	UserExternalID string
}
