//go:build !unix

package outbound

// canPoll is false where a socket cannot be read without waiting. There, a
// connection that was closed while it was idle shows only when it is used.
const canPoll = false

func (*wire) tryRead(uintptr) bool { return true }
