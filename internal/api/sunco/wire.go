// Package sunco is how users, conversations and messages look on the wire, in
// the v1.1 API and to our SDKs, and how JSON bodies are read. It knows no route
// and no rule.
package sunco
