package auth

import "heliograph"

// Principal is who a request comes from.
type Principal struct {
	Scope heliograph.KeyScope
	Org   heliograph.OrgID
	App   heliograph.AppID // zero for ScopeAccount
	Key   heliograph.KeyID
	// UserExternalID is the user that a ScopeAppUser token speaks for.
	UserExternalID string
}
