package heliograph

// Codes of failures. They are part of the API: a code never changes its
// meaning. The first block is the v1.1 API's vocabulary.
const (
	CodeBadRequest           = "bad_request"
	CodeUnauthorized         = "unauthorized"
	CodeForbidden            = "forbidden"
	CodeNotFound             = "not_found"
	CodeAppNotFound          = "app_not_found"
	CodeUserNotFound         = "user_not_found"
	CodeConversationNotFound = "conversation_not_found"
	CodeIntegrationNotFound  = "integration_not_found"
	CodeClientNotFound       = "client_not_found"
	CodeConflict             = "conflict"
	CodePayloadTooLarge      = "payload_too_large"
	CodeLocked               = "locked"
	CodeTooManyRequests      = "too_many_requests"
	CodeInternal             = "internal_error"
	CodeUnavailable          = "unavailable"

	// What SDKs are told: to get a fresh user token, to forget their session, that
	// pages of this origin may not call.
	CodeInvalidAuth      = "invalid_auth"
	CodeInvalidSession   = "invalid_session"
	CodeOriginNotAllowed = "origin_not_allowed"

	CodeIdempotencyMismatch   = "idempotency_mismatch"    // the key was used with another body
	CodeIdempotencyInProgress = "idempotency_in_progress" // its twin has not finished within 5 s
	CodeNotCancellable        = "not_cancellable"         // the notification has left the queue
	CodeOverloaded            = "overloaded"              // the write window is full
	CodeMediaPending          = "media_pending"           // a customer's file is still on its way from the provider
	CodeMediaLost             = "media_lost"              // a customer's file could not be had from the provider
)

// Reasons of failed deliveries: what a delivery's Reason, the "error.code" of a
// failure webhook, and the metrics say.
const (
	ReasonUnauthorized       = "unauthorized"        // the provider refused the integration's credentials
	ReasonBadRequest         = "bad_request"         // the provider refused the message
	ReasonBlocked            = "blocked"             // the carrier or recipient blocks us
	ReasonNotFound           = "not_found"           // the address does not exist
	ReasonTooManyRequests    = "too_many_requests"   // throttled until the message ran out of attempts
	ReasonTimeout            = "timeout"             // the provider was out of reach until the last attempt
	ReasonExpired            = "expired"             // not sent before its expiry
	ReasonOptedOut           = "opted_out"           // the recipient opted out, or is suppressed
	ReasonUnsupportedMessage = "unsupported_message" // the channel cannot carry it
	ReasonContentTooLong     = "content_too_long"
	ReasonOutsideWindow      = "outside_window"
	ReasonUnknownOutcome     = "unknown_outcome" // the provider may have sent it; the policy is not to send again
	ReasonCancelled          = "cancelled"
	ReasonIntegrationGone    = "integration_gone"     // the integration was deleted
	ReasonUnreachable        = "unreachable"          // the handset could not be reached for now
	ReasonTemplate           = "template_unavailable" // the provider's template is missing, paused or switched off
	ReasonWithheld           = "withheld"             // the provider holds marketing to this person back for now
	ReasonDevice             = "device_unregistered"  // the app was removed from the device, or its pushes were switched off
	ReasonNoChannel          = "no_channel"           // this build has no channel for the integration's type
	ReasonUncategorized      = "uncategorized_error"
)
