// Package webhook tells events to the tenants' webhooks.
package webhook

// Service is the engine.
type Service struct{}
