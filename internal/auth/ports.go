package auth

import (
	"context"

	"heliograph"
)

// Keys finds keys. A key of a deleted app does not exist any more.
type Keys interface {
	// ByID returns a key, or an error of kind NotFound.
	ByID(ctx context.Context, id heliograph.KeyID) (*heliograph.Key, error)
}

// Users is told of users who proved who they are.
type Users interface {
	// RequireCredential notes that the user has used a token, so that from now on
	// nobody may act as that user without one. A user who does not exist is no
	// error. It is called often: it must write only when something changes.
	RequireCredential(ctx context.Context, app heliograph.AppID, externalID string) error
}
