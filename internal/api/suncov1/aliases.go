package suncov1

import "heliograph/internal/api/sunco"

// The shapes that this surface shares with that of our SDKs.
type (
	messageJSON      = sunco.Message
	conversationJSON = sunco.Conversation
	appUserJSON      = sunco.AppUser
	appUserShortJSON = sunco.AppUserShort
	clientJSON       = sunco.Client
	pendingJSON      = sunco.Pending
	optionJSON       = sunco.Option
	coordinatesJSON  = sunco.Coordinates
	placeJSON        = sunco.Place
	jsonOut          = sunco.Writer
)

// appUserAnswer is the answer that shows one user.
type appUserAnswer struct {
	AppUser appUserJSON `json:"appUser"`
}
