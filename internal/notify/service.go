// Package notify accepts notifications and tells what became of them.
package notify

// Service is the engine.
type Service struct{}
