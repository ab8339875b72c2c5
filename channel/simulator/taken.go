package simulator

// Keyword says what a network takes a whole text message for: STOP, START or
// HELP; "" for an ordinary one.
func Keyword(text string) string { return keyword(text) }

// IsWebhook says whether target is an address that a provider can call.
func IsWebhook(target string) bool { return validWebhook(target) }
