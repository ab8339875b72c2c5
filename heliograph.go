// Package heliograph is the vocabulary of proactive messaging: the nouns every
// other package shares, their ids, and the one error type. It imports only the
// standard library and performs no input or output.
package heliograph

import "time"

// Millis is a moment as milliseconds since the Unix epoch, UTC. It is how
// every time is stored.
type Millis int64

// At returns t as Millis.
func At(t time.Time) Millis { return Millis(t.UnixMilli()) }

// Time returns m as a time in UTC.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// Add returns m moved by d.
func (m Millis) Add(d time.Duration) Millis { return m + Millis(d.Milliseconds()) }

// Sub returns the time between n and m.
func (m Millis) Sub(n Millis) time.Duration { return time.Duration(m-n) * time.Millisecond }

// Seconds returns m as decimal Unix seconds, the v1.1 API's form for moments
// in a conversation.
func (m Millis) Seconds() float64 { return float64(m) / 1000 }

// ISO returns m as ISO-8601 in UTC with milliseconds, the v1.1 API's form for
// moments in a profile.
func (m Millis) ISO() string { return m.Time().Format("2006-01-02T15:04:05.000Z") }

// Clock tells the time. Everything that depends on time is handed one.
type Clock func() time.Time
