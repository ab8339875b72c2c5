package webhook

import (
	"time"

	"heliograph"
)

// The vendor's contract for retries: five attempts within 15 minutes.
const (
	callTimeout = 20 * time.Second
	maxHold     = 15 * time.Minute // how long a failing event holds its key
)

var pauses = [...]time.Duration{10 * time.Second, time.Minute, 4 * time.Minute, 10 * time.Minute}

// What becomes of a parked event is ours: it is retried with growing pauses
// until it is three days old.
const (
	maxAge       = 72 * time.Hour
	firstParked  = 30 * time.Minute
	longestPause = 6 * time.Hour
)

// refuses reports whether a status says that the receiver will never take the
// event, so that it is not told again.
func refuses(status int) bool {
	switch status {
	case 400, 401, 403, 404, 406:
		return true
	}
	return false
}

func succeeds(status int) bool { return status >= 200 && status < 300 }

// putOff changes e, whose attempt from started to now failed, into what is to
// be kept of it for the next one; false when there is none. jitter is from -1 to 1.
func putOff(e *Entry, started, now heliograph.Millis, jitter float64) bool {
	e.Attempt++
	if e.Attempt == 1 {
		e.First = started
	}
	if !e.Parked && e.Attempt <= len(pauses) {
		e.Due = now.Add(shake(pauses[e.Attempt-1], jitter))
		// The last attempt ends before the key has been held for too long.
		if last := e.First.Add(maxHold - callTimeout); e.Due > last {
			e.Due = max(last, now)
		}
		if now < e.First.Add(maxHold-callTimeout) {
			return true
		}
	}
	end := e.First.Add(maxAge)
	if now >= end {
		return false
	}
	pause := firstParked << min(max(e.Attempt-len(pauses)-1, 0), 8)
	e.Parked = true
	e.Due = min(now.Add(shake(min(pause, longestPause), jitter)), end)
	return true
}

// shake moves d by up to a tenth.
func shake(d time.Duration, jitter float64) time.Duration {
	return d + time.Duration(float64(d)*jitter/10)
}
