// Package conversation keeps conversations, their messages and the answers of customers.
package conversation

// Service is the engine.
type Service struct{}
