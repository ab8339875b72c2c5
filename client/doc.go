// Package client is the library that an app is built with: it makes a phone, a
// desktop program or a test a device of a Heliograph server. It speaks
// docs/sdk-protocol.md and knows nothing else of the server.
//
// Its exported types can be bound by gomobile, for apps in Swift and Kotlin: no
// channels, maps, slices but []byte, contexts or generics in what they take and
// return. Callbacks are methods of a Listener, which one goroutine calls, one
// after another.
//
// What it promises: every message of the conversation is told to the Listener
// once and in order, whatever happens to the connection; what was sent while
// there was none is kept and sent once when there is one again.
package client
